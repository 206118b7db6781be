# The examples about tokens: each does what it is for.

use strict;
use warnings;

use JSON::PP ();
use MIME::Base64 'encode_base64';

use lib 't/lib';
use FhirBinary '-more';
use FhirClient;
use FhirExample qw(:DEFAULT answer bearer);
use FhirToken qw(mint_token jwks);

my $user = 'user/Binary.read user/DocumentReference.read';
my $patient = $user =~ s{user/}{patient/}gr;
my $json = JSON::PP->new->canonical;


jwks: {
    my @who = (iss => 'https://auth.example.org',
               aud => 'https://fhir.example.org/fhir', scope => $user);
    my $url = 'GET /fhir/Binary/XR-197198634';
    my $server = answers('/jwks' => answer(jwks('ec-a', 'rsa-a')));
    my $ngx = example_start('jwks.conf', 8082 => $server->port);

    for my $key (qw(ec-a rsa-a)) {
        my $token = mint_token({ @who }, key => $key);

        is(ask($ngx->port, $url, bearer($token))->{status}, 200,
           "jwks: a token of $key");
    }

    is(ask($ngx->port, $url,
           bearer(mint_token({ @who, iss => 'https://old-name.example.org',
                               aud => 'https://fhir.example.org/fhir/' }))
       )->{status}, 200, 'jwks: the other name of the issuer');

    is($server->requests, 1, 'jwks: the keys were fetched once');

    is_outcome(ask($ngx->port, $url,
                   bearer(mint_token({ @who }, key => 'ec-b'))),
               401, 'unknown', 'jwks: a token of another key');
    is_outcome(ask($ngx->port, $url), 401, 'login', 'jwks: no token');
    is(ask($ngx->port, 'GET /_keys')->{status}, 404,
       'jwks: the location of the keys is not for clients');
    example_stop($ngx);
}


key_file: {
    my $ngx = example_start('jwks.conf', keys => jwks('ec-a'), edit => sub {
        s/^(\s+)fhir_binary_key_request .*$//m;
        s/# (fhir_binary_key_file +)\S+;/"$1" . jwks_path() . ';'/e;
    });

    sub jwks_path { my ($dir) = /alias ([^;]+)/; return $dir }

    my $token = mint_token({ iss => 'https://auth.example.org',
        aud => 'https://fhir.example.org/fhir', scope => $user });

    is(ask($ngx->port, 'GET /fhir/Binary/XR-197198634',
           bearer($token))->{status}, 200, 'jwks: the file in the comment');
    example_stop($ngx);
}


introspection: {
    my %answer = (
        good => { active => JSON::PP::true, scope => $user, exp => time + 60 },
        none => { active => JSON::PP::true, scope => 'openid' },
        dead => { active => JSON::PP::false },
    );

    my $server = backend(sub {
        my ($token) = $_[0] =~ /^token=(\w+)$/m;
        my $body = $json->encode($answer{$token // 'dead'});

        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
               . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
    });

    my $ngx = example_start('introspection.conf', 8082 => $server->port);
    my $get = sub {
        return ask($ngx->port, 'GET /fhir/Binary/XR-197198634', bearer(@_));
    };

    is($get->('good')->{status}, 200, 'introspection: an active token');
    is($get->('good')->{status}, 200, 'introspection: once more');
    is($server->requests, 1, 'introspection: the server was asked once');
    is_outcome($get->('none'), 403, 'forbidden', 'introspection: no scopes');
    is_outcome($get->('dead'), 401, 'unknown', 'introspection: no token');

    my $request = ($server->requests)[0];
    my $secret = encode_base64('gateway:secret', '');

    like($request, qr{^POST /introspect HTTP/}, 'introspection: with POST');
    like($request, qr{^Authorization: Basic \Q$secret\E\r$}m,
         "introspection: with the gateway's credentials");
    like($request,
         qr{^Content-Type: application/x-www-form-urlencoded\r$}m,
         'introspection: a form');
    like($request, qr{\r\n\r\ntoken=good\z}, 'introspection: of the token');

    $server->stop;

    is_outcome($get->('other'), 503, 'transient',
               'introspection: a server that is gone');

    # the toy that stands in the example

    my $toy = example_start('introspection.conf');

    is(ask($toy->port, 'GET /fhir/Binary/XR-197198634',
           bearer('any'))->{status}, 200, 'introspection: the toy');
    example_stop($_) for $ngx, $toy;
}

done_testing();
