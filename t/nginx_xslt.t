# A filter below ours that keeps a header back until it has the body, refuses in
# the middle of it, and answers a HEAD like a GET: nginx's XSLT filter.

use strict;
use warnings;

use lib 't/lib';

BEGIN {
    require Test::More;

    my $xslt = '/usr/lib/nginx/modules/ngx_http_xslt_filter_module.so';
    my $build = $ENV{FHIR_BINARY_BUILD} || 'build';
    my $nginx = $ENV{TEST_NGINX_BINARY} || '/usr/sbin/nginx';

    Test::More::plan(skip_all => 'no XSLT filter of this nginx: '
                                 . 'make deps-fastcgi')
        if !-e $xslt || $nginx ne '/usr/sbin/nginx';

    $ENV{TEST_NGINX_LOAD_MODULES} //=
        "$build/ngx_http_fhir_binary_module.so";
    $ENV{TEST_NGINX_LOAD_MODULES} .= " $xslt";
}

use FhirBinary '-more';
use FhirClient;

my $sheet = <<'END';
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output omit-xml-declaration="yes"/>
<xsl:template match="/"><b><xsl:value-of select="."/></b></xsl:template>
</xsl:stylesheet>
END

my %body = (good => '<a>x</a>', bad => '<a>x');

my $be = backend(sub {
    my $body = $body{ $_[0] =~ /good/ ? 'good' : 'bad' };

    return "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: "
           . length($body) . "\r\n\r\n$body";
});

my $on = 'fhir_binary r4; fhir_binary_auth off; xslt_stylesheet sheet.xsl;';

my $ngx = nginx_start(
    files  => { 'sheet.xsl' => $sheet,
                map { ("html/file/Binary/$_" => $body{$_}) } keys %body },
    server => <<"END");
    location /file/ { $on root html; default_type text/xml; }
    location /proxy/ { $on proxy_http_version 1.1;
        proxy_pass http://127.0.0.1:@{[ $be->port ]}; }
END

for my $place ('file', 'proxy') {
    for my $version ('1.0', '1.1') {
        my $r = ask($ngx->port, "GET /$place/Binary/good HTTP/$version");

        is("$r->{status} $r->{body}", "200 <b>x</b>\n",
           "$place, HTTP/$version: what is made of the document");

        $r = ask($ngx->port, "HEAD /$place/Binary/good HTTP/$version");

        is("$r->{status} $r->{body} $r->{end}", '200  fin',
           "$place, HTTP/$version: HEAD has an answer");

        is_outcome(ask($ngx->port, "GET /$place/Binary/bad HTTP/$version"),
                   500, 'exception', "$place: what cannot be made");

        $r = ask($ngx->port, "HEAD /$place/Binary/bad HTTP/$version");

        is("$r->{status} $r->{body}", '500 ', "$place: and its HEAD");
    }
}

unlike($ngx->log, qr/\[alert\]/, 'and no alert is logged');

done_testing();
