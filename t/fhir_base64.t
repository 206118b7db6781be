# Base64 is taken strictly: what is bad before the header leaves is a 502,
# what turns out bad later is a cut connection.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Documents;
use FhirServer;
use MIME::Base64;

my $good = encode_base64(document(1500), '');

# Each is bad in its own way; JSON and XML are cut by different scanners.

my %bad = (
    'a character of base64url' => 'TWFu_w==',
    'a character of base64url, -' => 'TW-uTWFu',
    'a stray character' => 'TWFu!WFu',
    'a comma' => 'TWFu,TWFu',
    'a byte that is not ASCII' => "TW\xc3\xa4u",
    'padding at the start' => '=TWFu',
    'padding in the middle' => 'TQ==TWFu',
    'padding of three' => 'T===',
    'padding too much' => 'TWFu=',
    'one character behind padding' => 'TWE=T',
    'spare bits that are set' => 'TWF=',
    'spare bits of one byte' => 'TR==',
    'bad after 1500 bytes' => "$good!",
);

# These are seen at the end of the value only; it is in hand.

my %short = (
    'padding that is missing' => 'TWE',
    'half of the padding' => 'TQ=',
    'one character' => 'T',
    'a quantum of one' => 'TWFuT',
    'short after 1500 bytes' => "${good}TW",
);

my (%table, @early, @late);

for my $form (qw(json xml)) {
    my $n = 0;

    for my $what (sort keys %bad) {
        add(\@early, "$form.e" . $n++, $form, $what, $bad{$what});
    }

    for my $what (sort keys %short) {
        add(\@early, "$form.s" . $n++, $form, $what, $short{$what});
    }
}

# In JSON the data may come first: all of it is seen before the header then.

for my $what (sort keys %bad, sort keys %short) {
    my $id = 'first.' . scalar @early;

    push @early, [ $id, "data first, $what" ];
    $table{"/Binary/$id"} = answer(
        binary('json', id => 'a', data => $bad{$what} // $short{$what},
               order => [ qw(data contentType) ]));
}

# The bad byte comes when the header has left; nginx holds less than a buffer
# back where it buffers.

my $long = encode_base64(document(15_000), '');

for my $form (qw(json xml)) {
    for my $what (sort keys %bad) {
        my $id = "$form.late." . @late;
        my $raw = answer(binary($form, data => "$long$bad{$what}"));

        push @late, [ $id, "$form, late, $what" ];
        $table{"/Binary/$id"} = [ substr($raw, 0, 10_000), APART,
                                  substr $raw, 10_000 ];
    }
}


sub add {
    my ($list, $id, $form, $what, $value) = @_;

    push @$list, [ $id, "$form, $what" ];
    $table{"/Binary/$id"} = answer(binary($form, id => 'a', data => $value));
}


my $server = fhir_server(%table);
my $ngx = nginx_start(http => upstream_conf($server), server => server_conf);

my @to = map { my $form = $_; map { [ $form, $_ ] } qw(buffered direct) }
             qw(native json xml);

for my $to (@to) {
    my ($form, $where) = @$to;

    my @r = fetch($ngx->port, [ map { $_->[0] } @early ],
                  accept => $TYPE{$form}, prefix => "/$where/Binary/");

    my @bad = map { $r[$_]{complete} && outcome($r[$_]) eq '502 exception'
                    ? () : "$early[$_][1]: " . outcome($r[$_]) } 0 .. $#r;

    is(join("\n", @bad), '',
       "$form, $where: a 502, and the connection goes on");

    # a connection that is cut serves no other request

    @bad = map {
        my ($r) = fetch($ngx->port, $_->[0], accept => $TYPE{$form},
                        prefix => "/$where/Binary/");
        my $fault = $r->{complete} ? 'complete'
                    : $r->{status} == 200 || $_->[1] !~ /late/ ? ''
                    : $r->{status};
        $fault ? "$_->[1]: $fault" : ()
    } @late;

    is(join("\n", @bad), '', "$form, $where: never a complete answer");
}

like($ngx->log, qr/fhir binary: refused with 502 \(backend_base64\)/,
     'the log says why');
like($ngx->log, qr/the connection is cut \(backend_base64\)/,
     'also of what is cut');

$ngx->is_log_clean;

done_testing();
