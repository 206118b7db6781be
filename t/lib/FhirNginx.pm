package FhirNginx;

=head1 NAME

FhirNginx - what blocks of Test::Nginx say of documents, tokens and refusals

=head1 SYNOPSIS

    use lib 't/lib';
    use FhirBinary 'no_plan';       # and all of Test::Nginx::Socket

    run_tests();

    __DATA__

    === TEST 1: a token with the scopes gets the document as a resource
    --- document: application/pdf
    --- config
    location /fhir/ {
        fhir_binary r4;
        $FHIR_GUARD
        proxy_pass $FHIR_STORE;
    }
    --- token: scope=user/*.read
    --- request
    GET /fhir/Binary/1
    --- more_headers
    Accept: application/fhir+json
    --- decoded_eq: hello



    === TEST 2: a token without them is refused
    --- token: scope=openid
    ...
    --- outcome: 403 forbidden scope

=head1 WORDS OF THE CONFIGURATION

In C<config> and C<http_config> these stand for:

    $FHIR_STORE     the URL of the block's backend
    $FHIR_NOWHERE   a URL where nobody listens
    $FHIR_KEYS      the path of a JWKS with the keys ec-a and rsa-a
    $FHIR_GUARD     fhir_binary_key_file, _issuer and _audience that fit the
                    tokens of C<token>
    $FHIR_ISSUER, $FHIR_AUDIENCE
                    their values
    $FHIR_HERE      the URL of the nginx under test itself

=head1 SECTIONS

A section that neither Test::Nginx nor this file knows ends the suite.

=over

=item document

The backend is a store: it answers each request with C<bytes> of this media
type (C<none>: with none), a Content-Length, and the lines of
C<document_headers>.

=item wrapped

The backend is a FHIR server: it answers each request with a Binary resource
of R4 in JSON, whose C<contentType> is this and whose C<data> are C<bytes>.
Words behind the type: C<xml>; C<dstu2> or C<stu3> (the member C<content>).

=item bytes

What the document consists of. Default: C<hello>.

=item backend

C<--- backend eval> starts FhirBinary::backend() with the list that the code
gives (a list of lists: one for each connection), for this block alone. The
code may call document($type, $bytes, @header_lines) and resource($type,
$bytes, @words), which return the bytes of such answers, and keyset(@names).

=item backend_request_like, backend_request_unlike

With C<eval>: a pattern or a list of patterns. The first is matched with the
first request that the backend saw, and so on.

=item backend_requests

How many requests the backend must have seen.

=item token

A token that is sent as C<Authorization: Bearer>; with several lines (or, with
C<eval>, a list) each request has its own. Words NAME=VALUE are claims: a VALUE
in double quotes may have blanks, one in brackets is JSON, C<exp>, C<nbf> and
C<iat> with a sign are seconds from now; C<-NAME> takes a claim out. C<key>,
C<alg>, C<typ>, C<kid> and C<header> (JSON) are of the signature. C<none> sends
no token.

=item decoded_eq

The response is a Binary resource, in JSON or XML, whose data decodes to
these bytes.

=item outcome

C<STATUS CODE REASON>, for each request a line (or one for all): the response
is an OperationOutcome with this issue code, with the text of REASON in
fhb_error.def, it is as long as it says, is not cacheable, varies by Accept, and
error.log names the reason. In JSON, unless C<xml> stands behind. A line
C<-> is a request that is not refused.

=item no_error_log

Every block gets C<[alert]>, C<[crit]> and C<[emerg]> here in addition to
its own lines, each a test.  C<--- allow_log: crit> (one or more of the
words) takes them out again; C<must_die> blocks get none.

=back

=head1 TEST_NGINX_USE_HUP

With it one nginx serves all blocks of a suite and is reloaded for each. What
the master keeps, a block must not share with another: zones of one name and
size keep what is in them, so each block names its own.

=cut

use strict;
use warnings;

use Cwd ();
use FhirPeer ();
use FhirToken ();
use File::Basename ();
use File::Path ();
use IO::Socket::INET ();
use JSON::PP ();
use MIME::Base64 ();
use POSIX ();
use Test::More ();

# What FhirBinary gives the code of sections.

my @own = qw(backend backend_request_like backend_request_unlike
             backend_requests document document_headers wrapped bytes token
             decoded_eq outcome allow_log);

my @helpers = qw(document resource keyset);

my $root = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');

my ($build, %known, %row);

sub wait_reloaded ($$);
sub is_defunct ($);


sub start {
    my ($caller, $where, $items, @args) = @_;

    $build = $where;

    delete $ENV{TEST_NGINX_RANDOMIZE};
    $ENV{TEST_NGINX_TIMEOUT} //= 60;
    $ENV{TEST_NGINX_SLEEP} //= 0.005;
    $ENV{TEST_NGINX_WORKER_USER} //= 'root' if $> == 0;

    File::Path::make_path("$build/servroot");

    $ENV{TEST_NGINX_PORT} = $ENV{TEST_NGINX_SERVER_PORT}
                          = FhirBinary::free_port();
    $ENV{TEST_NGINX_SERVROOT} = "$build/servroot/$$";
    $ENV{TEST_NGINX_ROOT} = $root;

    # Sections are evaluated in this package of Test::Base.

    require Test::Base::Filter;

    {
        no strict 'refs';
        *{"Test::Base::Filter::$_"} = \&{"FhirBinary::$_"} for @$items;
        *{"Test::Base::Filter::$_"} = \&{$_} for @helpers;
    }

    eval "package $caller; use Test::Nginx::Socket \@args; 1" or die $@;

    Test::Nginx::Socket::no_long_string();
    Test::Nginx::Socket::add_block_preprocessor(\&prepare_block);
    Test::Nginx::Socket::add_test_cleanup_handler(\&finish_block);

    no warnings 'redefine';

    my $check = \&Test::Nginx::Socket::check_response_body;

    *Test::Nginx::Socket::check_response_body = sub ($$$$$$) {
        $check->(@_);
        check_response(@_[0, 1, 3]);
    };

    *Test::Nginx::Util::test_config_version = \&wait_reloaded;
    *Test::Nginx::Util::is_defunct = \&is_defunct;

    my $kill = \&Test::Nginx::Util::kill_process;

    *Test::Nginx::Util::kill_process = sub ($$$) {
        kill 'QUIT', $_[0] if $_[1];
        wait_gone($_[0]) or $kill->(@_);
    };
}


# Where the suite leaves nothing behind, this goes too.

sub clean { unlink "$build/servroot/$$.jwks" if defined $build }


# Before the block

sub prepare_block {
    my ($block) = @_;

    check_sections($block);

    my @script = script_of($block);

    if (@script) {
        $block->{fhir_backend} = FhirBinary::backend(@script);
        $block->{fhir_backend}->env('BACKEND_PORT');
    }

    for my $section (qw(config http_config)) {
        my $text = $block->$section;

        $block->set_value($section, expand($block, $text)) if defined $text;
    }

    add_tokens($block) if defined $block->token;
    expect_statuses($block) if defined $block->outcome;

    if (defined $block->must_die) {
        $block->set_value('suppress_stderr', '');

    } else {
        add_log_lines($block);
    }
}


# Test::Base takes any name for a section: a wrong one would check nothing.

sub check_sections {
    my ($block) = @_;

    if (!%known) {
        %known = map { $_ => 1 } @own, qw(ONLY SKIP LAST);

        for my $module (qw(Test/Nginx/Util.pm Test/Nginx/Socket.pm)) {
            open my $fh, '<', $INC{$module} or die "$module: $!";
            $known{$_} = 1 for do { local $/; <$fh> } =~ /\$block->(\w+)/g;
        }
    }

    for my $name (section_names($block)) {
        die $block->name . ": there is no section \"$name\"\n"
            if !$known{$name};
    }
}


sub section_names { return @{ $_[0]{_section_order}[0] } }


sub script_of {
    my ($block) = @_;

    my $bytes = $block->bytes // 'hello';

    if (defined $block->document) {
        my @headers = split /\n/, $block->document_headers // '';

        return to_get(document($block->document, $bytes, @headers));
    }

    if (defined $block->wrapped) {
        my ($type, $words) = $block->wrapped
            =~ /^([^\s;]+(?:;\s*[^\s;=]+=[^\s;]+)*)(?:\s+(.*?))?\s*$/;

        return to_get(resource($type, $bytes, split ' ', $words // ''));
    }

    return () if !defined $block->backend;

    my @script = $block->backend;

    return @{ $script[0] } if @script == 1 && ref $script[0] eq 'ARRAY'
                              && ref $script[0][0] eq 'ARRAY';
    return @script;
}


# HEAD gets the header alone.

sub to_get {
    my ($answer) = @_;

    my ($head) = $answer =~ /^(.*?\r\n\r\n)/s;

    return sub { return $_[0] =~ /^HEAD / ? $head : $answer };
}


sub document {
    my ($type, $bytes, @headers) = @_;

    chomp $type;
    unshift @headers, "Content-Type: $type" if $type ne 'none';

    return join("\r\n", 'HTTP/1.1 200 OK', @headers,
                'Content-Length: ' . length $bytes, '', '') . $bytes;
}


sub resource {
    my ($type, $bytes, @words) = @_;

    my %is = map { $_ => 1 } @words;
    my $old = $is{dstu2} || $is{stu3};
    my $member = $old ? 'content' : 'data';
    my $data = MIME::Base64::encode_base64($bytes, '');
    my $form = $is{xml} ? 'xml' : 'json';

    my $body = $is{xml}
        ? '<Binary xmlns="http://hl7.org/fhir"><contentType value="' . $type
          . "\"/><$member value=\"$data\"/></Binary>"
        : '{"resourceType":"Binary","contentType":"' . $type
          . "\",\"$member\":\"$data\"}";

    return document($is{dstu2} ? "application/$form+fhir"
                               : "application/fhir+$form", $body);
}


sub keyset { return FhirToken::jwks(@_) }


sub expand {
    my ($block, $text) = @_;

    my %word = (
        NOWHERE => sub { 'http://127.0.0.1:1' },
        HERE => sub { "http://127.0.0.1:$ENV{TEST_NGINX_SERVER_PORT}" },
        KEYS => \&key_file,
        ISSUER => sub { FhirToken::ISS },
        AUDIENCE => sub { FhirToken::AUD },
        GUARD => sub {
            return 'fhir_binary_key_file ' . key_file() . '; '
                   . 'fhir_binary_issuer ' . FhirToken::ISS . '; '
                   . 'fhir_binary_audience ' . FhirToken::AUD . ';';
        },
        STORE => sub {
            my $backend = $block->{fhir_backend}
                or die $block->name . ": \$FHIR_STORE without a backend\n";

            return 'http://127.0.0.1:' . $backend->port;
        },
    );

    $text =~ s/\$FHIR_([A-Z]+)/
        ($word{$1} or die $block->name . ": there is no \$FHIR_$1\n")->()/gex;

    return $text;
}


sub key_file {
    my $path = "$build/servroot/$$.jwks";

    FhirToken::write_file($path, FhirToken::jwks('ec-a', 'rsa-a'))
        if !-e $path;

    return $path;
}


# One token for all requests, or one for each.

sub add_tokens {
    my ($block) = @_;

    my $token = $block->token;
    my @lines = map { bearer($_) } grep { /\S/ }
                    ref $token ? @$token : split /\n/, $token;
    my $more = $block->more_headers // '';

    if (@lines == 1 && !ref $more) {
        $block->set_value('more_headers', beside($more, $lines[0]));
        return;
    }

    my $n = request_count($block);

    @lines = @lines == 1 ? (@lines) x $n : @lines;

    die $block->name . ": a token for each request, or one\n" if @lines != $n;

    my @more = ref $more ? @$more : ($more) x $n;

    $block->set_value('more_headers',
                      [ map { beside($more[$_], $lines[$_]) } 0 .. $#lines ]);
}


sub beside { return join "\n", grep { $_ ne '' } map { chomp; $_ } @_ }


sub request_count {
    my ($block) = @_;

    my $requests = $block->pipelined_requests // $block->request;

    return ref $requests eq 'ARRAY' ? scalar @$requests : 1;
}


sub bearer {
    my ($line) = @_;

    return '' if $line =~ /^\s*none\s*$/;
    return "Authorization: Bearer " . token($line);
}


sub token {
    my ($line) = @_;

    my (%claims, %opt, %header);
    my $json = JSON::PP->new->allow_nonref;

    while ($line =~ /\G\s*(?:(-)(\w+)|([\w:.-]+)=("[^"]*"|[\[{]\S*[\]}]
                          |[^\s"]*))(?=\s|$)/gcx)
    {
        my ($out, $name, $value) = (defined $1, $2 // $3, $4);

        $value = $out ? undef
                 : $value =~ /^["\[{]/ ? $json->decode($value)
                 : $name =~ /^(?:exp|nbf|iat)$/ && $value =~ /^[+-]\d+$/
                 ? time + $value
                 : $name =~ /^(?:exp|nbf|iat)$/ ? $value + 0 : $value;

        if ($name =~ /^(?:key|alg)$/) {
            $opt{$name} = $value;

        } elsif ($name =~ /^(?:typ|kid)$/) {
            $header{$name} = $value;

        } elsif ($name eq 'header') {
            %header = (%header, %$value);

        } else {
            $claims{$name} = $value;
        }
    }

    die "a token of \"$line\"?\n" if $line =~ /\G\s*\S/gc;

    return FhirToken::mint_token(\%claims, %opt, header => \%header);
}


sub expect_statuses {
    my ($block) = @_;

    my $n = request_count($block);
    my @lines = grep { /\S/ } split /\n/, $block->outcome;

    @lines = (@lines) x $n if @lines == 1;

    die $block->name . ": an outcome for each request, or one\n"
        if @lines != $n;

    $block->{fhir_outcomes} = \@lines;
    $block->{fhir_reasons} = 0;

    return if defined $block->error_code;

    my @statuses = map { /^(\d+)/ ? $1 : 200 } @lines;

    $block->set_value('error_code', $n > 1 ? [@statuses] : $statuses[0]);
}


sub add_log_lines {
    my ($block) = @_;

    my %allowed = map { $_ => 1 } split ' ', $block->allow_log // '';
    my @never = grep { !$allowed{$_} } qw(alert crit emerg);
    my @lines = $block->no_error_log;

    @lines = () if !defined $lines[0];
    @lines = @{ $lines[0] } if ref $lines[0] eq 'ARRAY';
    @lines = map { ref $_ ? $_ : split /\n/ } @lines;

    $block->set_value('no_error_log',
                      ref_or_text(@lines, map { "[$_]" } @never));
}


# Test::Nginx takes a text of lines, or a list where patterns are wanted.

sub ref_or_text {
    my (@lines) = @_;

    return [@lines] if grep { ref } @lines;
    return join "\n", @lines, '';
}


# After a reload: until the new configuration answers, and the workers of the
# old one have ended or take no connection any more.

sub wait_reloaded ($$) {
    my ($name) = @_;

    my $version = $Test::Nginx::Util::ConfigVersion;
    my $port = $ENV{TEST_NGINX_SERVER_PORT};
    my $pid = Test::Nginx::Util::get_pid_from_pidfile($name);

    return if FhirPeer::wait_for(sub {
        return reads_version($port) eq $version && open_workers($pid) == 1;
    });

    Test::More::fail("$name - the configuration is not reloaded");
}


# Test::Nginx runs ps for this, several times for each block.

sub is_defunct ($) {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/stat" or return 0;

    return (<$fh> // '') =~ /\) Z /;
}


# Test::Nginx looks every 50 ms.

sub wait_gone {
    my ($pid) = @_;

    return FhirPeer::wait_for(sub {
        waitpid $pid, POSIX::WNOHANG();
        return !kill(0, $pid) || is_defunct($pid);
    }, 2);
}


sub reads_version {
    my ($port) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $port) or return '';

    print $socket "GET /ver HTTP/1.0\r\nHost: Test-Nginx\r\n\r\n";

    my $got = join '', <$socket>;

    return $got =~ /\r\n\r\n(.*)/s ? $1 : '';
}


sub open_workers {
    my ($master) = @_;

    open my $fh, '<', "/proc/$master/task/$master/children" or return 0;

    my @open = grep {
        open my $title, '<', "/proc/$_/cmdline";
        ($title && <$title> // '') =~ /worker process(?! is shutting down)/;
    } split ' ', <$fh> // '';

    return scalar @open;
}


# The response

sub check_response {
    my ($block, $res, $at) = @_;

    my $name = $block->name;

    if (defined $block->decoded_eq) {
        my $wanted = $block->decoded_eq;

        $wanted = $wanted->[$at] if ref $wanted;

        Test::More::is(decoded($res), $wanted,
                       "$name - the data decoded (req $at)")
            if defined $wanted;
    }

    if (my $lines = $block->{fhir_outcomes}) {
        my $said = logged_reason($block);
        my $wrong = wrong_outcome($lines->[$at], $res, $said);

        Test::More::is($wrong, '', "$name - outcome $lines->[$at] (req $at)");
    }
}


# The document in a Binary resource, or what is wrong with that.

sub decoded {
    my ($res) = @_;

    my $type = $res->header('Content-Type') // '';
    my $body = $res->content;
    my $data;

    if ($type =~ /json/) {
        my $binary = eval { JSON::PP->new->utf8->decode($body) };

        return "no Binary in JSON: $body"
            if ref $binary ne 'HASH'
               || ($binary->{resourceType} // '') ne 'Binary';

        $data = $binary->{data} // $binary->{content};

    } elsif ($type =~ /xml/) {
        ($data) = $body =~ m{^(?:<\?xml[^>]*\?>)?<Binary\ xmlns="http://hl7
                             \.org/fhir">.*<(?:data|content)\ value="([^"]*)"
                             />.*</Binary>\n?$}sx;
    }

    return "no data of a Binary: $body" if !defined $data;
    return "no base64: $data"
        if $data !~ m{^(?:[A-Za-z0-9+/]{4})*
                      (?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$}x;

    return MIME::Base64::decode_base64($data);
}


# The reasons that error.log names come one after the other, each before its
# response; the last one of a request is what its client was told.

sub logged_reason {
    my ($block) = @_;

    open my $fh, '<', "$ENV{TEST_NGINX_SERVROOT}/logs/error.log" or return '';

    my @found = do { local $/; <$fh> }
                =~ /fhir\ binary:\ (?:refused\ with\ \d+
                    |status\ \d+\ is\ answered\ with\ \d+)\ \((\w+)\)/gx;

    my $new = @found > $block->{fhir_reasons};

    $block->{fhir_reasons} = @found;

    return $new ? $found[-1] : '';
}


# What is not as the line says it, or ''.

sub wrong_outcome {
    my ($line, $res, $said) = @_;

    my ($status, $code, $reason, $form) = split ' ', $line;

    if ($status eq '-') {
        return $said eq '' ? '' : "refused: $said";
    }

    my $row = row_of($reason) or return "there is no reason $reason";
    my $type = $res->header('Content-Type') // '';
    my $body = $res->content // '';
    my @wrong;

    $form //= 'json';

    push @wrong, 'status ' . $res->code if $res->code != $status;
    push @wrong, "Content-Type $type"
        if $type !~ m{^application/(?:fhir\+$form|$form\+fhir)\b};
    push @wrong, 'cacheable' if ($res->header('Cache-Control') // '')
                                 ne 'no-store';
    push @wrong, 'no Vary' if join(',', $res->header('Vary')) !~ /\bAccept\b/;
    push @wrong, "reason $said" if $said ne $reason;

    if ($body ne '') {
        my $length = $res->header('Content-Length') // 'none';
        my $got = join ' ', issue($form, $body);

        push @wrong, "Content-Length $length" if $length ne length $body;
        my $wanted = "$row->{severity} $code $row->{text}";

        push @wrong, $got if $got ne $wanted;
    }

    return join '; ', @wrong;
}


sub issue {
    my ($form, $body) = @_;

    my @value;

    if ($form eq 'json') {
        my $o = eval { JSON::PP->new->utf8->decode($body) };

        return "no OperationOutcome: $body"
            if ref $o ne 'HASH' || ref $o->{issue} ne 'ARRAY'
               || ($o->{resourceType} // '') ne 'OperationOutcome'
               || @{ $o->{issue} } != 1;

        my $issue = $o->{issue}[0];

        @value = (@$issue{qw(severity code)}, $issue->{details}{text});

    } else {
        return "no OperationOutcome: $body"
            if $body !~ m{^(?:<\?xml[^>]*\?>)?<OperationOutcome
                          \ xmlns="http://hl7\.org/fhir"><issue>(.*)</issue>
                          </OperationOutcome>\n?$}sx;

        my $issue = $1;

        @value = map { $issue =~ m{<$_\ value="([^"]*)"/>} ? $1 : '' }
                     qw(severity code text);
    }

    return map { my $v = $_ // '-'; $v =~ s/&#39;|&apos;/'/gr } @value;
}


sub row_of {
    my ($reason) = @_;

    if (!%row) {
        open my $fh, '<', "$root/src/core/fhb_error.def" or die $!;
        my $text = do { local $/; <$fh> };

        # reason, status, severity, ...; the text is last

        while ($text =~ /^FHB_ERROR\(\w+,\s*"(\w+)",\s*\d+,\s*"(\w+)",
                         (?:(?!^FHB_).)*?,\s*((?:"[^"]*"\s*)+)\)$/gmsx)
        {
            my ($name, $severity, $strings) = ($1, $2, $3);

            $row{$name} = { severity => $severity,
                            text => join '', $strings =~ /"([^"]*)"/g };
        }
    }

    return $row{$reason};
}


# After the block

sub finish_block {
    my ($block) = @_;

    my $backend = delete $block->{fhir_backend} or return;
    my $name = $block->name;
    my @seen;

    my @like = list_of($block->backend_request_like);
    my @unlike = list_of($block->backend_request_unlike);
    my $count = $block->backend_requests;

    $backend->wait_requests(scalar @like) if @like;
    @seen = $backend->requests;

    for my $i (0 .. $#like) {
        Test::More::like($seen[$i] // '', $like[$i],
                         "$name - request $i at the backend");
    }

    for my $i (0 .. $#unlike) {
        Test::More::unlike($seen[$i] // '', $unlike[$i],
                           "$name - request $i at the backend");
    }

    if (defined $count) {
        Test::More::is(scalar(@seen), $count + 0,
                       "$name - requests at the backend");
    }

    $backend->stop;
}


sub list_of {
    my (@values) = @_;

    return () if !defined $values[0];
    return map { ref $_ eq 'ARRAY' ? @$_ : ref $_ ? $_ : qr/$_/ }
           map { my $v = $_; chomp $v if !ref $v; $v } @values;
}


1;
