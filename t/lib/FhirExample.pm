package FhirExample;

=head1 NAME

FhirExample - the configurations of conf-examples, run as they are

=head1 SYNOPSIS

    use FhirExample;

    my $ngx = example_start('raw-store.conf', 8081 => $backend->port,
                            keys => jwks('ec-a'));

    my $r = ask($ngx->port, 'GET /fhir/r4/Binary/XR-197198634');

=head1 FUNCTIONS

=head2 example_text($name, $dir, \%ports, %options)

The text of an example: what it writes goes to C<$dir>, what it reads is
named by its full path, each port 8080 to 8083 is the one in the hash.  The
other options name what stands behind the gateway: a port (C<< 8081 => 12345
>>: where the example connects to 8081, and listens where the hash says), and
C<keys>, a JWKS that takes the place of the example's.

=head2 example_start($name, %options)

nginx_start() with it, on free ports; port() is that of 8080.  C<edit> is code
that changes the text in C<$_>.

=head2 example_stop($nginx)

Its ports serve the next one.

=head2 example_names()

All of them.

=head2 answer($body, $type), bearer($token)

On request: an answer for answers(), by default of JSON (a reference is
encoded), and the line of a header.

=cut

use strict;
use warnings;

use Cwd ();
use Exporter 'import';
use File::Basename ();
use JSON::PP ();

use FhirBinary ();

our @EXPORT = qw(example_text example_start example_stop example_names);
our @EXPORT_OK = qw(answer bearer);

my @ports;
my $root = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');
my $json = JSON::PP->new->canonical;


sub answer {
    my ($body, $type) = @_;

    return [ '200 OK', ref $body ? $json->encode($body) : $body,
             'Content-Type: ' . ($type // 'application/json') ];
}


sub bearer { return "Authorization: Bearer $_[0]" }


sub example_names {
    return map { File::Basename::basename($_) }
               sort glob "'$root'/conf-examples/*.conf";
}


sub slurp {
    my ($path) = @_;

    open my $fh, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$fh>;
}


sub example_text {
    my ($name, $dir, $ports, %opt) = @_;

    my $module = join '', map { "load_module $_;\n" }
                          split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
    my $text = slurp("$root/conf-examples/$name");

    $text =~ s{^( *)include (\w+\.inc);.*$}
              {slurp("$root/conf-examples/$2")}gme;

    $text =~ s{^load_module .*$}{$module}m;

    if (defined $opt{keys}) {
        FhirBinary::write_files($dir, 'jwks.json' => $opt{keys});
        $text =~ s{\S*/jose/\w+\.jwks\.json}{$dir/jwks.json}g;
    }

    $text =~ s{build/demo}{$dir}g;
    $text =~ s{\s\K\.\./}{$root/}g;
    $text =~ s{\b(?:root|alias) \K(?!/)}{$root/}g;
    $text =~ s{listen 127\.0\.0\.1:\K(808\d)}{$ports->{$1}}g;
    $text =~ s{127\.0\.0\.1:\K(808\d)}{$opt{$1} // $ports->{$1}}ge;

    return $text;
}


sub example_start {
    my ($name, %opt) = @_;

    my $edit = delete $opt{edit};
    my %ports = map { $_ => shift @ports // FhirBinary::free_port() }
                    8081 .. 8083;
    my $user = $> == 0 ? 'user root;' : '';

    my $conf = sub {
        my ($dir, $port) = @_;

        local $_ = example_text($name, $dir, { %ports, 8080 => $port }, %opt);

        $edit->() if $edit;

        return "daemon off;\nmaster_process off;\n$user\n$_";
    };

    my $ngx = FhirBinary::nginx_start(conf => $conf);

    $ngx->{example_ports} = [ values %ports ];

    return $ngx;
}


sub example_stop {
    my ($ngx) = @_;

    $ngx->stop;
    push @ports, @{ $ngx->{example_ports} };
}


1;
