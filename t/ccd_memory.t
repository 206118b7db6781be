# What a document makes the check of a CCD, or the reader of a resource,
# remember is bounded: it is refused before the worker grows.

use strict;
use warnings;

use lib 't/lib';
use Ccd;
use FhirBinary '-more';
use Documents;
use FhirServer;
use MIME::Base64;

plan(skip_all => 'no /proc to read the memory from') if !-r "/proc/$$/status";

my $measured = $FhirBinary::patience == 1;  # a checker has its own memory

my $root = '<ClinicalDocument xmlns="urn:hl7-org:v3">';

sub many {
    my ($n, $unit) = @_;

    return join '', map { my $i = sprintf '%x', $_; $unit =~ s/#/$i/gr }
                        1 .. $n;
}

my %hostile = (
    'names of elements' => $root . many(200_000, '<e#/>'),
    'names of attributes' => $root . many(150_000, '<e a#="1"/>'),
    'names of PIs' => $root . many(150_000, '<?p#?>'),
    'prefixes' => $root . many(100_000, '<a#:e xmlns:a#="u"/>'),
    'namespaces' => $root . many(100_000, '<e xmlns="u#"/>'),
    'a million attributes' => "$root<e" . many(300_000, ' a#=""') . '/>',
    'attributes of the root' =>
        $root =~ s/>$//r . many(30_000, ' a#=""') . '>',
    '250 kB of attributes' => $root . ("<e" . many(25_000, ' a#=""') . '/>')
                              x 10,
    'namespaces of one' => "$root<e" . many(100_000, ' xmlns:a#="u"') . '/>',
    'namespaces that stay' => $root . many(190, '<e xmlns:a#="u">'),
    'one value' => "$root<e a='" . 'x' x 1_000_000 . "'/>",
    'one comment' => "$root<!--" . 'x' x 1_000_000 . '-->',
    'one name' => "$root<" . 'x' x 1_000_000 . '/>',
    'names behind the end' => "$root</ClinicalDocument>"
                              . many(150_000, '<?p#?>'),
    'names before the start' => many(150_000, '<?p#?>') . $root,
);

for (values %hostile) {
    $_ .= '</ClinicalDocument>' if !m{</ClinicalDocument>};
}

my %made = (
    good => answer(ccd_document(900_000), type => 'application/xml'),
    large => answer(ccd_document(6_000_000), type => 'application/xml'),
    values => answer("$root<text>" . many(50_000, '<e a="#">#</e>')
                     . '</text></ClinicalDocument>',
                     type => 'application/xml', chunk => 30_000),
);

my @ways = qw(length chunk json);

for my $what (keys %hostile) {
    my $text = $hostile{$what};
    my $id = $what =~ tr/ /./r;

    $made{"$id.length"} = answer($text, type => 'application/xml');
    $made{"$id.chunk"} = answer($text, type => 'text/xml', chunk => 5000);
    $made{"$id.json"} = answer(binary('json', contentType => 'text/xml',
                                      data => encode_base64($text, '')));
}

my $server = ccd_server(%made);

my $ngx = nginx_start(
    http => upstream_conf($server) . 'error_log quiet.log error;',
    server => ccd_conf());

sub peak {
    open my $fh, '<', '/proc/' . $ngx->pid . '/status' or return 0;
    my ($kb) = join('', <$fh>) =~ /^VmHWM:\s+(\d+)/m;
    return $kb;
}

sub get {
    my ($id, $form, $where) = @_;

    my ($r) = fetch($ngx->port, "$AUTOGEN?patient=$id", accept => $TYPE{$form},
                    prefix => "/$where/Binary/", timeout => 60);

    return $r;
}

# what is used for the first time, and buffers that stay

for my $id (qw(good large values)) {
    for my $form (qw(native json xml)) {
        for my $where (qw(buffered direct)) {
            my $r = get($id, $form, $where);

            ok($r->{status} == 200 && $r->{complete},
               "$id, $form, $where: what is only large passes");
        }
    }
}

for my $what (sort keys %hostile) {
    for my $way (@ways) {
        my $before = peak();
        my @got;

        for my $form (qw(native json)) {
            for my $where (qw(buffered direct)) {
                my $r = get(($what =~ tr/ /./r) . ".$way", $form, $where);

                push @got, !$r->{complete} || outcome($r) eq '502 exception'
                           ? () : "$form, $where: $r->{status}";
            }
        }

        my $grown = peak() - $before;

        is("@got", '', "$what ($way): never a complete document");
        cmp_ok($grown, '<', 2048, "$what ($way): memory ($grown kB)")
            if $measured;
    }
}

my $reasons = () = $ngx->slurp('quiet.log') =~ /\(backend_ccd\)/g;

is($reasons, 4 * @ways * keys %hostile, 'the log names it for each');

done_testing();
