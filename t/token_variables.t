# What variables tell of a token once it holds; and the token itself they
# tell nobody.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Endpoint;
use FhirToken;

my $be = backend("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                 . "Content-Length: 3\r\n\r\n%PD");

my $asker = backend("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n"
                    . '{"active":false}');

my @names = qw(context token_scope client_id subject patient patient_bound jti
               token);
my $all = join '|', map { "\$fhir_binary_$_" } @names;

my $ngx = nginx_start(
    files => { 'jwks.json' => jwks('ec-a') },
    http => "log_format all '$all';",
    server => <<"END");
    fhir_binary r4;
    @{[ jwt_endpoint() ]}
    fhir_binary_patient trust;
    access_log logs/all.log all;
    proxy_set_header X-All "$all";
    proxy_set_header Authorization "";
    add_header X-Reason \$fhir_binary_reason always;

    location /shown/ {
        set \$early "$all";
        add_header X-Early "\$early" always;
        add_header X-All "$all" always;
        add_header X-Reason \$fhir_binary_reason always;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location /revoked/ {
        fhir_binary_introspect /_inactive all;
        add_header X-All "$all" always;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location = /_inactive {
        internal;
        add_header X-Told "$all";
        proxy_set_header X-All "$all";
        proxy_pass http://127.0.0.1:@{[ $asker->port ]};
    }

    location /logged/ {
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location /early/ {
        set \$early "$all";
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }

    location /open/ {
        fhir_binary_auth off;
        add_header X-All "$all" always;
        proxy_pass http://127.0.0.1:@{[ $be->port ]};
    }
END

sub logged {
    my @lines = split /\n/, $ngx->slurp('logs/all.log');

    return $lines[-1] =~ s/-(?=\||\z)//gr;
}

sub scope { return "$_[0]/Binary.read $_[0]/DocumentReference.read" }

my $nothing = '|' x 7;

for my $row (
    # claims, what they show, the status

    [ { scope => scope('user') }, 'user|%s|app-1|user-1|||jti-1|', 200 ],
    [ { scope => scope('system'), sub => undef, jti => undef },
      'system|%s|app-1|||||', 200 ],
    [ { scope => scope('patient'), patient => '12' },
      'patient|%s|app-1|user-1|12|1|jti-1|', 200 ],
    [ { scope => scope('patient') . ' ' . scope('user'), patient => '12' },
      'user|%s|app-1|user-1|12||jti-1|', 200 ],
    [ { scope => 'patient/Binary.read user/DocumentReference.read',
        patient => '12' }, 'patient|%s|app-1|user-1|12|1|jti-1|', 200 ],
    [ { scope => 'system/Binary.read user/DocumentReference.read' },
      'user|%s|app-1|user-1|||jti-1|', 200 ],
    [ { scope => scope('user'), client_id => 'a b"c', sub => "d\x{e9}" },
      "user|%s|a b\"c|d\xc3\xa9|||jti-1|", 200 ],

    # the token holds and is not enough

    [ { scope => 'openid' }, '|%s|app-1|user-1|||jti-1|', 403 ],
    [ { scope => undef }, '|%s|app-1|user-1|||jti-1|', 403 ],
    [ { scope => scope('patient') }, 'patient|%s|app-1|user-1||1|jti-1|',
      403 ],

    # it does not hold

    [ { scope => scope('user'), exp => time - 3600 }, $nothing, 401 ],
    [ { scope => scope('user'), iss => 'https://x' }, $nothing, 401 ],
    [ { scope => scope('user'), cnf => {} }, $nothing, 401 ],
) {
    my ($claims, $wanted, $status) = @$row;

    my $token = mint_token($claims);
    my $scope = $claims->{scope} // '';

    $wanted =~ s/%s/$scope/;

    my $n = () = $be->requests;
    my $r = raw_http($ngx->port, get('/shown/Binary/1', $token));

    is($r->{status}, $status, "$scope: $status");
    is(header($r, 'X-All'), $wanted, 'what a header can say');
    is(header($r, 'X-Early'), $nothing, 'nothing before it is verified');

    if ($status == 200) {
        is(header({ head => ($be->requests)[$n] }, 'X-All'), $wanted,
           'what the backend can be told');
        unlike(($be->requests)[$n], qr/\Q$token\E/, 'and not the token');
    }

    for my $where ('logged', 'early') {
        raw_http($ngx->port, get("/$where/Binary/1", $token));
        is(logged(), $wanted =~ s/"/\\x22/r
                     =~ s/([\x80-\xff])/sprintf '\\x%02X', ord $1/ger,
           "what the log can say ($where)");
    }
}

# Without verification there is nothing to tell.

my $good = mint_token({ scope => scope('user') });

for my $row ([ '/open/Binary/1', $good, 200 ],
             [ '/shown/Binary/1', undef, 401 ],
             [ '/shown/Binary/1', 'abc', 401 ], [ '/shown/x', $good, 404 ],
             [ '/shown/Binary/1?access_token=x', $good, 400 ])
{
    my ($path, $token, $status) = @$row;
    my $r = raw_http($ngx->port, get($path, $token));
    my $wanted = $status == 404 ? '|' . scope('user')
                                  . '|app-1|user-1|||jti-1|' : $nothing;

    is("$r->{status} " . header($r, 'X-All'), "$status $wanted", $path);
}

# A token that was withdrawn: the keys know it, its server does not.

my $gone = raw_http($ngx->port, get('/revoked/Binary/1', $good));

is("$gone->{status} " . header($gone, 'X-All'), "401 $nothing",
   'a withdrawn token says nothing');
is(logged(), $nothing, 'to the log neither');
is(header({ head => ($asker->requests)[0] }, 'X-All'), "$nothing$good",
   'its server is told the token, and nothing of it as if it held');

# One request's claims are not the next one's, on one connection.

my @three = map { get('/shown/Binary/1', $_) =~ s/Connection: close\r\n//r }
            mint_token({ scope => scope('patient'), patient => '12' }), 'abc',
            mint_token({ scope => scope('user'), jti => undef });

my $r = raw_http($ngx->port, join('', @three)
                             =~ s/.*\KHost/Connection: close\r\nHost/sr);

is_deeply([ $r->{received} =~ /^X-All: (.*?)\r$/mg ],
          [ 'patient|' . scope('patient') . '|app-1|user-1|12|1|jti-1|',
            $nothing, 'user|' . scope('user') . '|app-1|user-1||||' ],
          'three requests on one connection');

$ngx->is_log_clean;
$ngx->stop;

my $log = $ngx->log;

# nginx's own debug log has the header lines as they came

$log =~ s/^.*\[debug\].*\n(?:(?!\d{4}\/).*\n)*//mg;
like($log, qr/\[notice\]/, 'there is a log');
unlike($log, qr/ey[\w-]+\.ey/, 'no token in the error log');

done_testing();
