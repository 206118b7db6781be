# fhir_binary_patient request: a search is followed from page to page at its
# own location, until it shows whose the document is or comes to its end.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirClient;
use FhirServer 'answer';
use FhirToken ();
use JSON::PP;

use constant LIMIT => 1048576;

my $other = backend(RST);
my $elsewhere = 'http://127.0.0.1:' . $other->port;

# A page: whether its entry is the patient's document with this id, or what is
# wrong with that one; and the URL of the next page, if there is one.

sub bundle {
    my ($id, $entry, $next) = @_;

    my %more = ref $entry ? %$entry : ();
    my $mine = { resource => {
        resourceType => 'DocumentReference',
        subject => { reference => 'Patient/' . ($more{patient} // 12) },
        content => [ { attachment => { url => "Binary/$id" } } ],
        docStatus => $more{status} // 'final' } };

    return encode_json({ resourceType => 'Bundle', type => 'searchset',
        link => [ { relation => 'self', url => 'x?page=99' },
                  defined $next ? { relation => 'next', url => $next } : () ],
        entry => [ $entry ? $mine : () ] });
}

sub filled { return $_[0] . ' ' x ($_[1] - length $_[0]) }

# The pages of a search that has n of them; the patient's entry is on one.

sub pages {
    my ($id, $n, $on) = @_;

    return map { bundle($id, $_ == $on,
                        $_ < $n ? "x?id=$id&page=" . ($_ + 1) : undef) }
           1 .. $n;
}

sub two { return (bundle($_[0], 0, $_[1]), bundle($_[0], 1)) }

my $half = LIMIT / 2;
my @row = (                     # id, status, pages that are asked for, pages
    [ 'first', 200, 1, pages('first', 3, 1) ],
    [ 'third', 200, 3, pages('third', 3, 3) ],
    [ 'none', 403, 3, pages('none', 3, 0) ],
    [ 'sixteen', 200, 16, pages('sixteen', 16, 16) ],
    [ 'in-vain', 403, 16, pages('in-vain', 16, 0) ],
    [ 'seventeen', 503, 16, pages('seventeen', 17, 17) ],
    [ 'stranger', 403, 2, bundle('stranger', 0, 'x?id=stranger&page=2'),
      bundle('stranger', { patient => 99 }) ],
    [ 'withdrawn', 403, 2, bundle('withdrawn', 0, 'x?id=withdrawn&page=2'),
      bundle('withdrawn', { status => 'entered-in-error' }) ],
    [ 'renewed', 200, 2,
      bundle('renewed', { status => 'entered-in-error' },
             'x?id=renewed&page=2'), bundle('renewed', 1) ],

    # links: of each the query alone is taken

    [ 'host', 200, 2, two('host', "$elsewhere/find?id=host&page=2") ],
    [ 'scheme', 200, 2, two('scheme', 'gopher://x/y?id=scheme&page=2#z?a') ],
    [ 'relative', 200, 2, two('relative', '?id=relative&page=2') ],
    [ 'path', 200, 2, two('path', '/../../y?id=path&page=2') ],
    [ 'more', 200, 2, two('more', 'x?id=more&page=2&a=%0D%0A?b|"{}"') ],

    # links that lead nowhere

    [ 'again', 403, 1, two('again', 'x?patient=12&id=again') ],
    [ 'loop', 403, 2, bundle('loop', 0, 'x?id=loop&page=2'),
      bundle('loop', 0, 'y?id=loop&page=2') ],
    [ 'ring', 503, 16, bundle('ring', 0, 'x?id=ring&page=2'),
      bundle('ring', 0, 'x?id=ring&page=1') ],
    [ 'bare', 403, 1, two('bare', "$elsewhere/find/2") ],
    [ 'empty', 403, 1, two('empty', 'x?') ],
    [ 'fragment', 403, 1, two('fragment', 'x#?id=fragment&page=2') ],

    # links that could be more than a query

    [ 'newline', 503, 1, two('newline', "x?id=newline&page=2\r\nX: y") ],
    [ 'space', 503, 1, two('space', 'x?id=space&page=2 HTTP/1.1') ],
    [ 'nul', 503, 1, two('nul', "x?id=nul&page=2\0") ],
    [ 'utf-8', 503, 1, two('utf-8', "x?id=utf-8&page=2\x{e9}") ],
    [ 'long', 200, 2, two('long', 'x?id=long&page=2' . 'x' x (4096 - 14)) ],
    [ 'longer', 503, 1, two('longer',
                            'x?id=longer&page=2' . 'x' x (4097 - 16)) ],

    # pages that are no answer; what comes behind the evidence is not asked

    [ 'broken', 503, 2, bundle('broken', 0, 'x?id=broken&page=2'), '{' ],
    [ 'html', 503, 2, bundle('html', 0, 'x?id=html&page=2'), '<html>' ],
    [ 'failed', 503, 2, bundle('failed', 0, 'x?id=failed&page=2'), undef ],
    [ 'lost', 503, 2, bundle('lost', 0, 'x?id=lost&page=2'), RST ],
    [ 'fine', 200, 1, bundle('fine', 1, 'x?id=fine&page=2'), undef ],

    # the bytes of all pages count

    [ 'full', 200, 2, map { filled($_, $half) }
      two('full', 'x?id=full&page=2') ],
    [ 'over', 503, 2, filled(bundle('over', 0, 'x?id=over&page=2'), $half),
      filled(bundle('over', 1), $half + 1) ],
    [ 'all', 503, 2, filled(bundle('all', 0, 'x?id=all&page=2'), LIMIT),
      bundle('all', 1) ],
);

my %pages = map { my ($id, undef, undef, @pages) = @$_; ($id => \@pages) }
            @row;

my $ehr = backend(sub {
    my ($id) = $_[0] =~ m{^GET /\S*[?&]id=([\w-]+)};
    my ($n) = $_[0] =~ m{^GET /\S*[?&]page=(\d+)};
    my $text = $pages{$id // ''}[($n // 1) - 1];

    return $text if ref $text;
    return "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" if !defined $text;
    return answer($text, type => 'application/fhir+json');
});

my $store = backend(answer('<secret/>', type => 'application/pdf'));
my $ngx = nginx_start(
    files => { 'jwks.json' => FhirToken::jwks('ec-a') },
    server => <<"END");
    @{[ jwt_endpoint() ]}
    fhir_binary r4;
    add_header X-Reason \$fhir_binary_reason always;

    location / {
        proxy_pass http://127.0.0.1:@{[ $store->port ]};
        fhir_binary_patient request
            /_owner?patient=\$fhir_binary_patient&id=\$fhir_binary_id;
    }
    location = /_owner { internal;
        proxy_pass http://127.0.0.1:@{[ $ehr->port ]}/find; }
END

my $bearer = 'Authorization: Bearer ' . FhirToken::mint_token({
    scope => 'patient/Binary.read patient/DocumentReference.read',
    patient => '12' });
my %is = (200 => '200 ', 403 => '403 patient',
          503 => '503 patient_unavailable');
my $seen = 0;

for my $row (@row) {
    my ($id, $status, $n) = @$row;
    my $r = ask($ngx->port, "GET /Binary/$id", $bearer);

    is("$r->{status} " . (header($r, 'X-Reason') // ''), $is{$status}, $id);
    is($r->{body} eq '<secret/>', $status == 200, 'and its document');

    my @asked = $ehr->requests;
    my @new = splice @asked, $seen;

    like($new[0], qr{^GET /find\?patient=12&id=$id HTTP/}, 'the question');
    is(scalar(grep { m{^GET /find\?} } @new), $n, "$id: $n pages of it");
    is(scalar(@new), $n, 'and nothing else');

    $seen += @new;
}

is(scalar(() = $other->requests), 0, 'no link chooses whom is asked');

my $log = join '', grep { /fhir binary:/ } split /^/, $ngx->log;

like($log, qr/more than 16 pages/, 'the log names the limit of pages');
like($log, qr/more than 1048576 bytes, in 2 pages/, 'and that of bytes');
like($log, qr/failed with status 500 on page 2/, 'and the page that failed');
like($log, qr/next link is none of 4096 bytes/, 'and that of a query');
unlike($log, qr/page=2|X: y/, 'and nothing of a link');

$ngx->is_log_clean;
done_testing();
