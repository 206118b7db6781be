# Want of memory within a library is a 503 for a while: no token is blamed, no
# document called bad, and nothing of it is remembered.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use FhirToken;

plan(skip_all => 'a checker has a malloc of its own')
    if $ENV{FHIR_BINARY_PATIENCE};

my $xml = '<Binary xmlns="http://hl7.org/fhir"><id value="1"/>'
          . '<contentType value="text/plain"/><data value="QUJD"/></Binary>';

my $nginx = nginx_start(
    nomem => 1,
    files => {
        'html/Binary/1' => 'a document',
        'html/Binary/2.xml' => $xml,
        'html/Binary/$autogen-ccd-if'
            => '<ClinicalDocument xmlns="urn:hl7-org:v3"><a/>'
               . '</ClinicalDocument>',
        'jwks.json' => jwks('ec-a', 'rsa-a'),
    },
    server => <<"END");
        add_header X-Reason \$fhir_binary_reason always;
        add_header X-Cache \$fhir_binary_token_cache always;
        types { application/fhir+xml xml; }

        fhir_binary_token_cache zone=tokens:64k;
        fhir_binary_issuer @{[ISS]};
        fhir_binary_audience @{[AUD]};

        location /Binary/ { fhir_binary r4; fhir_binary_key_file jwks.json; }

        location /bare/ { alias html/; fhir_binary r4;
                          fhir_binary_token_cache off;
                          fhir_binary_key_file jwks.json; }

        location /asked/ { alias html/; fhir_binary r4;
                           fhir_binary_key_request /_jwks; }

        location /open/ { alias html/; fhir_binary r4; fhir_binary_auth off;
                          fhir_binary_ccd_check on; }

        location = /_jwks { internal; alias jwks.json; }
END

sub ask {
    my ($path, $token) = @_;

    my $r = raw_http($nginx->port, get($path, $token));

    return join ' ', $r->{status} // $r->{end}, header($r, 'X-Cache') // '',
                     reason($r), header($r, 'Retry-After') // '',
                     header($r, 'WWW-Authenticate') // '';
}

my %token = map { $_ => mint_token({ scope => 'user/*.read' },
                                   key => $_ =~ /^(\S+)/, alg => /(\S+)$/) }
            'ec-a ES256', 'rsa-a RS256', 'rsa-a PS256';

for my $name (sort keys %token) {
    $nginx->nomem(1);

    # openssl may have no memory for the name of a verdict already

    like(ask('/Binary/1', $token{$name}), qr/\A503 (?:MISS)? nomem 5 \z/,
         "$name: without memory nobody is let in, and nobody is blamed")
        for 1 .. 2;
    is(ask('/bare/Binary/1', $token{$name}), '503 BYPASS nomem 5 ',
       'where nothing but the signature is looked at, too');

    $nginx->nomem(0);

    is(ask('/Binary/1', $token{$name}), '200 MISS   ',
       'and it is not remembered');
    is(ask('/Binary/1', $token{$name}), '200 HIT   ', 'as a verdict is');
}

# Keys that cannot be made: no set, and none in the place of a good one.

$nginx->nomem(1);
is(ask('/asked/Binary/1', $token{'ec-a ES256'}), '503  keys_unavailable 5 ',
   'a set that cannot be read is no set');
$nginx->nomem(0);

# Documents.

for my $path ('/open/Binary/2.xml', '/open/Binary/$autogen-ccd-if?patient=1')
{
    $nginx->nomem(1);
    is(ask($path), '503  nomem 5 ', "$path: cannot be looked at");
    $nginx->nomem(0);
    is(ask($path), '200    ', 'and can');
}

like($nginx->log, qr/no usable JWKS from "\/_jwks": there is no memory/,
     'the log says what is the matter with the keys');

$nginx->is_log_clean;
$nginx->stop;

done_testing();
