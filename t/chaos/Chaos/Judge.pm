package Chaos::Judge;

# What came, held against what may come.
#
#     my $judge = Chaos::Judge->new;
#     my ($class, @faults) = $judge->judge($request, $result, %how);
#
# class: whole, refusal, cut, left or none.  %how: half_close and reloaded (a
# client, or a reload, that may have ended the connection); behind: what was
# answered before on it; broken_later: that answer was a range of a document
# that broke after the range; behind_it: another request has been sent;
# cut_behind: one of them may be cut, and the connection with it.

use strict;
use warnings;

use Compress::Zlib ();
use JSON::PP ();
use MIME::Base64 ();

use Chaos::Case;

my $json = JSON::PP->new->utf8;


sub new { return bless { length => {} }, shift }


sub judge {
    my ($self, $request, $result, %how) = @_;

    my $case = Chaos::Case::parse($request->{id});
    my $wanted = wanted($request, $case);
    my $end = $result->{end};

    return 'left' if $end eq 'left';
    return ('hang', 'hang: no answer and no end')
        if $end eq 'hang';

    if ($end eq 'none') {
        return 'none' if $how{half_close} || $how{reloaded}
                         || $how{broken_later}
                         || $how{cut_behind} && $result->{why} =~ /\brst\b/;

        # A broken document may be cut before its first byte.

        return 'cut' if !$wanted->{deny} && !$wanted->{must};
        return ('none', 'unusable: no answer behind a whole one that did not'
                        . " say it closes: $how{behind}")
            if $result->{reused};
        return ('none', $wanted->{deny}
                        ? 'no answer to what must be refused'
                        : 'no answer, and the document is healthy');
    }

    if ($end eq 'cut') {
        # A reset costs what the client has not read yet, GOAWAY with it:
        # nginx closes so behind GOAWAY, when a worker ends, and when a later
        # answer on the connection is cut.

        my $excuse = $how{half_close}
                     || $result->{why} =~ /\brst after GOAWAY/
                     || ($how{behind_it} || $how{reloaded})
                        && $result->{why} =~ /\brst\b/;

        return ('cut', leaks($case, $wanted, $result),
                $wanted->{deny} && !$excuse ? 'a refusal that is cut' : (),
                $wanted->{must} && !$excuse ? 'a healthy document is cut' : ());
    }

    my @faults = leaks($case, $wanted, $result);

    if ($result->{status} >= 400) {
        return ('refusal', @faults,
                refusal($request, $case, $wanted, $result, %how));
    }

    return ('whole', @faults,
            $self->success($request, $case, $wanted, $result, %how));
}


sub may_be_cut {
    my ($request) = @_;

    my $wanted = wanted($request, Chaos::Case::parse($request->{id}));

    return !$wanted->{deny} && !$wanted->{must};
}


# deny: no document may come; form: json, xml, native, or none at all; must:
# nothing but the document will do.

sub wanted {
    my ($request, $case) = @_;

    my $l = $request->{l};
    my %w = (deny => denied($request, $case), must => 0);

    my $wish = $request->{wish};

    $w{form} = $wish =~ /^(?:json|xml|native)$/ ? $wish
               : $wish eq 'other' ? ($l->{accept} eq 'lenient' ? 'native'
                                                               : 'none')
               : $l->{default} eq 'fhir' ? 'json' : 'native';

    # Where the module is not asked for a token, one that is bad may still
    # be refused.

    my $odd = $l->{auth} eq 'any' && $request->{token};

    $w{must} = $case->{truth} && $case->{end} eq 'w' && !$w{deny} && !$odd
               && $w{form} ne 'none' && $l->{error_page} eq 'none'
               && is_framed($l, $case) && is_expressible($l, $case, $w{form})
               && is_seen_early($l, $case)
               && !($l->{source} eq 'accel' && $l->{patient} eq 'header');

    return \%w;
}


sub denied {
    my ($request, $case) = @_;

    my $l = $request->{l};

    return 0 if $l->{auth} ne 'on';

    my $token = $request->{token};

    return 1 if $token =~ /^(?:none|nothing|expired|forged)$/;
    return $l->{old} && $case->{type} eq 'text/html' if $token eq 'narrow';

    if ($token =~ /^p(\d)$/) {
        return 1 if $l->{patient} eq 'deny';
        return $1 != $case->{p} if $l->{patient} eq 'header';
    }

    return 0;
}


# A document that only the end of the connection ends is refused; a resource
# ends itself, but is not stored like that.

sub is_framed {
    my ($l, $case) = @_;

    return 1 if $l->{source} =~ /^(?:file|fastcgi)$/;

    my $framing = $case->{f};

    $framing = 'e' if $framing eq 'c'
                      && ($l->{source} =~ /^(?:scgi|uwsgi)$/
                          || ($l->{http} // '') eq '1.0');

    return 1 if $framing ne 'e';
    return 0 if $case->{b} eq 'r';
    return !$l->{cache} && $l->{source} ne 'store';
}


sub is_expressible {
    my ($l, $case, $form) = @_;

    return !($l->{old} && $case->{z} == 0
             && ($form ne 'native' || $case->{b} ne 'r'));
}


sub is_seen_early {
    my ($l, $case) = @_;

    return 1 if $case->{b} eq 'r';

    my $resource = Chaos::Case::resource($case);

    return 1 if length $resource < $l->{lookahead} * 1024 - 4096;

    my ($before) = $resource =~ /\A(.*?)(?:"|<)(?:data|content)\b(?!Type)/s;

    return defined $before && $before =~ /contentType/
           && $before =~ /resourceType|<Binary/;
}


sub leaks {
    my ($case, $wanted, $result) = @_;

    my @faults;
    my $body = $result->{body};

    push @faults, "leak: the backend's own text"
        if index($body, $Chaos::Case::SECRET) >= 0;

    if ($wanted->{deny} && $case->{z} >= 48) {
        my $start = substr Chaos::Case::document($case), 0, 48;

        push @faults, 'leak: the document, which must be refused'
            if index($body, $start) >= 0
               || index($body, MIME::Base64::encode_base64($start, '')) >= 0;
    }

    return @faults;
}


sub refusal {
    my ($request, $case, $wanted, $result, %how) = @_;

    my $l = $request->{l};
    my @faults;
    my $page = $l->{error_page};

    if ($wanted->{must}) {
        push @faults, "a healthy document is refused with $result->{status}"
            if !($request->{range} && $result->{status} == 416)
               && !$how{half_close};
    }

    if ($request->{method} ne 'HEAD' && $page eq 'none') {
        my $why = not_outcome($result);

        push @faults, "a refusal that is no OperationOutcome: $why"
            if defined $why;
    }

    return @faults;
}


sub not_outcome {
    my ($result) = @_;

    my $type = $result->{fields}{'content-type'} // 'no type';
    my $body = plain($result);

    return 'a bad Content-Encoding' if !defined $body;

    if ($type =~ m{^application/(?:fhir\+json|json\+fhir)\b}) {
        my $o = eval { $json->decode($body) };

        return 'bad JSON' if ref $o ne 'HASH';
        return 'another resource'
            if ($o->{resourceType} // '') ne 'OperationOutcome'
               || !@{ $o->{issue} // [] };
        return;
    }

    return $type if $type !~ m{^application/(?:fhir\+xml|xml\+fhir)\b};
    return 'bad XML'
        if $body !~ m{^(?:<\?xml[^>]*\?>)?\s*<OperationOutcome
                      \ xmlns="http://hl7\.org/fhir">.*<issue>.*
                      </OperationOutcome>\s*$}sx
           && $body !~ m{^(?:<\?xml[^>]*\?>)?<OperationOutcome
                      \ xmlns="http://hl7\.org/fhir"><issue>}x;
    return;
}


# The body without its Content-Encoding; undef when that is not whole.

sub plain {
    my ($result) = @_;

    my $body = $result->{body};

    return $body if lc($result->{fields}{'content-encoding'} // '')
                    ne 'gzip' || $body eq '';
    return Compress::Zlib::memGunzip($body);
}


sub success {
    my ($self, $request, $case, $wanted, $result, %how) = @_;

    my $status = $result->{status};
    my $l = $request->{l};

    return "status $status for a request that must be refused"
        if $wanted->{deny};

    return "status $status" if $status !~ /^(?:200|206|304)$/;

    if ($status == 304) {
        return '304, without a condition' if !defined $request->{tag};
        return '304, with a body' if $result->{body} ne '';
        return;
    }

    if (!$case->{truth} && $l->{error_page} ne 'document') {
        return "status $status, and there is no document"
            if $request->{method} ne 'HEAD' || $case->{end} =~ /^[dt]/
               || $case->{s} != 200;
        return;
    }

    return "status $status, and none of the forms is acceptable"
        if $wanted->{form} eq 'none' && $l->{error_page} ne 'document';

    return if $l->{error_page} eq 'document' && $case->{s} != 200
              && $result->{fields}{'content-type'} !~ /fhir/;

    my $type = $result->{fields}{'content-type'} // 'none';
    my $form = $wanted->{form};

    if ($form eq 'native') {
        return "type $type, not $case->{type}"
            if $type ne $case->{type} && $l->{error_page} eq 'none';

    } elsif ($type !~ m{^application/(?:fhir\+$form|$form\+fhir)\b}) {
        return "type $type for the form $form"
            if $l->{error_page} eq 'none';
    }

    return $self->head($request, $case, $form, $result)
        if $request->{method} eq 'HEAD';

    my $body = $status == 206 ? $result->{body} : plain($result);

    return 'a Content-Encoding that is not whole' if !defined $body;

    $self->remember($request, $case, $form, $result);

    my $document = Chaos::Case::document($case);

    return part($request, $case, $form, $result, $document)
        if $status == 206;

    return difference($body, $document) if $form eq 'native';

    my ($found, $why) = $form eq 'json' ? of_json($body) : of_xml($body);

    return "the resource: $why" if !defined $found;
    return "the resource's id is $found->{id}"
        if $found->{id} ne $request->{id};
    return "the resource's contentType is $found->{contentType}"
        if $found->{contentType} ne $case->{type};
    return "the resource has the member $found->{field}"
        if defined $found->{field}
           && $found->{field} ne ($l->{old} ? 'content' : 'data');

    return difference($found->{data}, $document);
}


sub part {
    my ($request, $case, $form, $result, $document) = @_;

    return '206, and no range was asked for' if !$request->{range};
    return "206 for the form $form" if $form ne 'native';

    my ($from, $to) = @{ $request->{range} };
    my $size = length $document;

    $to = $size - 1 if $to >= $size;

    my $range = $result->{fields}{'content-range'} // 'none';

    # Of a document that is shorter than announced the size is not known, and
    # of one that came compressed other bytes were counted.

    $range =~ s{/\d+}{/$size} if $case->{end} eq 'l';
    return if defined $result->{fields}{'content-encoding'};

    return "Content-Range $range, not bytes $from-$to/$size"
        if $range ne "bytes $from-$to/$size";

    return difference($result->{body}, substr $document, $from,
                                             $to - $from + 1);
}


# Content-Length of HEAD is that of GET.

sub head {
    my ($self, $request, $case, $form, $result) = @_;

    my $length = $result->{fields}{'content-length'};

    return 'HEAD with a body' if $result->{body} ne '';
    return if !defined $length || $result->{status} != 200
              || defined $result->{fields}{'content-encoding'};

    return if $case->{end} =~ /^[lm]$/;

    if ($form eq 'native') {
        return "HEAD says $length bytes, and there are $case->{z}"
            if $length != $case->{z} && $case->{end} ne 'l';
        return;
    }

    my $seen = $self->{length}{"$form $request->{l}{n} $request->{id}"};

    return "HEAD says $length bytes, and GET gave $seen"
        if defined $seen && $seen != $length;
    return;
}


sub remember {
    my ($self, $request, $case, $form, $result) = @_;

    # A file that was stored has another time than what it was stored from.

    return if defined $result->{fields}{'content-encoding'}
              || $result->{status} != 200 || $request->{l}{source} eq 'store';

    $self->{length}{"$form $request->{l}{n} $request->{id}"}
        = length $result->{body};
}


sub difference {
    my ($got, $wanted) = @_;

    return if $got eq $wanted;

    my $diff = substr($got, 0, length $wanted)
               ^ substr($wanted, 0, length $got);
    my $at = $diff =~ /[^\0]/ ? $-[0] : length $diff;

    return sprintf 'looks whole and is not: %d bytes, not %d, the same up to'
                   . ' %d', length $got, length $wanted, $at;
}


# The long string is cut out: JSON::PP is slow with it.

sub of_json {
    my ($body) = @_;

    my ($field, $text);

    $body =~ s/("(data|content)"\s*:\s*)"([A-Za-z0-9+\/=\\]*)"
               (?=\s*[,}])/$1"-"/x
        and ($field, $text) = ($2, $3);

    my $o = eval { $json->decode($body) };

    return (undef, 'bad JSON') if ref $o ne 'HASH';
    return (undef, 'no Binary') if ($o->{resourceType} // '') ne 'Binary';
    return (undef, 'two members of data')
        if exists $o->{data} && exists $o->{content};

    my ($other) = grep { exists $o->{$_} } qw(data content);

    return (undef, 'data that is no base64')
        if defined $other && (!defined $field || $o->{$field} ne '-');

    if (defined $text) {
        $text =~ s{\\/}{/}g;
        $text =~ s{\\u00([0-9a-f]{2})}{chr hex $1}gei;
        $text =~ s/\\[nrt]//g;
    }

    return taken($o->{id}, $o->{contentType}, $field, $text);
}


sub of_xml {
    my ($body) = @_;

    my ($inside) = $body =~ m{\A(?:<\?xml[^>]*\?>)?\s*
        <Binary\ xmlns="http://hl7\.org/fhir">(.*)</Binary>\s*\z}sx
        or return (undef, 'no Binary in XML');

    $inside =~ s/<!--.*?-->//gs;

    my ($field, $text);

    $inside =~ s{<(data|content)\s+value\s*=\s*(["'])([^"'<]*)\2\s*
                 (?:/>|></\1>)}{}x and ($field, $text) = ($1, $3);

    return (undef, 'bad XML')
        if $inside !~ m{\A\s*(?:<[^<>]+>\s*)*\z};

    my ($id) = $inside =~ /<id\s+value\s*=\s*["']([^"']*)/;
    my ($type) = $inside =~ /<contentType\s+value\s*=\s*["']([^"']*)/;

    if (defined $text) {
        $text =~ s/&#x([0-9a-f]+);/chr hex $1/gei;
        $text =~ s/\s//g;
    }

    return taken($id, $type, $field, $text);
}


sub taken {
    my ($id, $type, $field, $text) = @_;

    my $data = MIME::Base64::decode_base64($text // '');

    # MIME::Base64 skips what it does not know; the way back does not.

    return (undef, 'bad base64')
        if MIME::Base64::encode_base64($data, '') ne ($text // '');

    return { id => $id // "none", contentType => $type // "none",
             field => $field, data => $data };
}


1;
