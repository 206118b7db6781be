# apt.sh: read by deps.sh and nginx-source.sh.
#
# An apt of one's own, for what this machine's package sources do not name:
# neither they nor the machine's list of packages learn of it.

# mirrors: the URI and the suite of each main archive among the
# machine's package sources; apt reads both of its source formats, and needs
# no downloaded lists for it.

mirrors() {
    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 2>/dev/null |
        awk '$3 == "main" { print $1, $2 }'
}


codename() {
    (. /etc/os-release; echo "${VERSION_CODENAME:-sid}")
}


# own_apt DIR: prepares DIR/apt.conf, for the sources in DIR/sources.list, and
# sets $signed, which stands before a URI there.

own_apt() {
    rm -rf "$1"
    mkdir -p "$1/lists/partial" "$1/archives/partial" "$1/none"
    : >"$1/status"

    signed=

    for key in /usr/share/keyrings/debian-archive-keyring.gpg \
               /usr/share/keyrings/debian-archive-keyring.pgp
    do
        if [ -e "$key" ]; then
            signed="[signed-by=$key] "
            break
        fi
    done

    cat >"$1/apt.conf" <<END
Dir::Etc::SourceList "$1/sources.list";
Dir::Etc::SourceParts "$1/none";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "$1/none";
Dir::State::Lists "$1/lists";
Dir::State::Status "$1/status";
Dir::Cache "$1";
Dir::Cache::PkgCache "";
Dir::Cache::SrcPkgCache "";
Acquire::Languages "none";
APT::Sandbox::User "";
END
}


# A mirror that is a snapshot serves an old suite as "expired".  Only then is
# the date let go; the signature is checked in every case.

late="-o Acquire::Check-Valid-Until=false"
