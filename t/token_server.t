# A server that is guarded as a whole, with keys in some locations only; and
# documents made on request behind two guards.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;

my $bound = mint_token({
    scope => 'patient/Binary.read patient/DocumentReference.read',
    patient => '1' });

my $nginx = nginx_start(
    files => { 'html/Binary/1' => 'a document',
               'jwks.json' => jwks('ec-a') },
    server => <<"END",
        add_header X-Reason \$fhir_binary_reason always;
        fhir_binary r4;

        location /Binary/ {
            @{[ jwt_endpoint() ]}
        }

        location /open/ {
            fhir_binary_auth off;
            try_files /nothing /closed\$uri?\$args;
        }

        location /closed/ {
            internal;
            @{[ jwt_endpoint() ]}
            fhir_binary_patient trust;
            default_type application/xml;
            root html;
            try_files /index.xml =404;
        }
END
);

write_file($nginx->root . '/html/index.xml',
           '<ClinicalDocument xmlns="urn:hl7-org:v3"/>');

sub ask {
    my ($path, $token) = @_;

    my $r = raw_http($nginx->port, get($path, $token));

    return join ' ', $r->{status} // $r->{end}, reason($r) || ();
}

is(ask('/elsewhere/Binary/1', undef), '401 login',
   'where nothing can check a token, one is asked for');
is(ask('/elsewhere/Binary/1', $bound), '503 keys_unavailable',
   'and no token is let in');
is(ask('/Binary/1', mint_token({ scope => 'user/*.read' })), '200',
   'a location with keys is served');

my $ccd = '/Binary/$autogen-ccd-if?patient=';

is(ask("/open${ccd}1", $bound), '200', 'the own patient, behind two guards');
is(ask("/open${ccd}2", $bound), '403 patient',
   'the second guard compares the patient, though the first asked nothing');

$nginx->is_log_clean;
$nginx->stop;

done_testing();
