package Filling;

=head1 NAME

Filling - caches and stores, filled by a source that breaks off

=head1 SYNOPSIS

    use Filling;

    for my $source (sources()) { ... }

=head1 FUNCTIONS

=head2 sources()

All of them: a hash each, of C<name> (http10, http11, fastcgi, scgi; raw or
json), C<module> (proxy, fastcgi, scgi), C<ways> in which it breaks off, and
C<responder>.

What the responder sends depends on the word that its state() was told last:
C<first>, C<second>, C<third>: a whole document of that name; C<broken>: the
way that the id begins with, of the document C<broken>; C<error>: a 500.  Each
of these has an ETag of its own, and is not modified if it is asked so.  One
whose n begins with left or slow waits, half sent, for tell() with that word.

=head2 text($word)

The document of that name.

=head2 body($source, $word)

What the source sends for it: the document, or the resource that it is in.

=head2 where($source, $name, $more)

The text of three locations, F</NAME/Binary/>, F</NAME/soon/Binary/> and
F</NAME/slow/Binary/>, with that source behind them.  The second has a short
C<read_timeout>, for those that stall; the third sends a byte a second, so that
an answer is still on its way when the rest comes.  C<MODULE> in C<$more>
stands for that of the source.

=head2 path($source, $name, $way, $n), soon($path)

The path of one document, $n being any word; and the one to ask for it while
its source breaks off, in the location that its way needs.

=head2 cache_conf()

The text, for C<http>, of a cache for each module, in its name.  A document has
one key, wherever it is asked for.

=cut

use strict;
use warnings;

use Exporter 'import';
use MIME::Base64 ();

use Documents ();
use Endpoint ();
use FhirBinary ();
use FhirServer ();
use Responder;

our @EXPORT = qw(sources text body where path soon cache_conf);

my $size = 20_000;


sub text {
    my ($word) = @_;

    return "$word: " . Documents::document($size);
}


sub sources {
    my %responder;

    return map {
        my $protocol = $_;
        my $kind = $protocol =~ /cgi/ ? $protocol : 'http';

        map {
            my $shape = $_;
            my $responder = $responder{"$kind $shape"}
                //= responder($kind, sub { answer($shape, @_) });

            { name => "$protocol/$shape", protocol => $protocol,
              shape => $shape,
              module => $kind eq 'http' ? 'proxy' : $kind,
              ways => [ ways($kind) ], responder => $responder };

        } qw(raw json);
    } qw(http10 http11 fastcgi scgi);
}


sub body {
    my ($source, $word) = @_;

    return text($word) if $source->{shape} eq 'raw';

    return FhirServer::binary('json',
        contentType => 'application/pdf', versionId => $word,
        data => MIME::Base64::encode_base64(text($word), ''));
}


sub answer {
    my ($shape, $ask, $responder) = @_;

    my ($way, $name) = $ask->{id} =~ /^(\w+-\w+)\.(\w+)/;
    my $word = $ask->{state};
    my $body = body({ shape => $shape }, $word);
    my $tag = qq("$word");
    my @with = (headers => [ "ETag: $tag" ]);

    return wire($ask, 'no', status => '500 Wrong', type => 'text/plain',
                told => 1) if $word eq 'error';

    return wire($ask, '', status => '304 Not Modified', @with)
        if ($ask->{tag} // '') eq $tag;

    push @with, type => 'application/fhir+json' if $shape eq 'json';

    if ($word eq 'broken') {
        my ($bytes, @end) = broken($ask, $way, $body, @with);

        return ($bytes, @end) if $name !~ /^(left|slow)/;

        my $word = $1;

        return ($bytes, sub { $responder->told($word); return @end });
    }

    # A whole one is framed as its way would have been.

    return wire($ask, $body, @with, $way =~ /^chunk/ ? (chunk => 7000)
                : (told => $way !~ /^open/));
}


sub where {
    my ($source, $name, $more) = @_;

    my $on = Endpoint::open_endpoint($source->{responder})
             . ' add_header X-Cache $upstream_cache_status always;
                MODULE_next_upstream off; ' . $more;

    $on .= ' proxy_http_version 1.1;' if $source->{protocol} eq 'http11';
    $on =~ s/MODULE/$source->{module}/g;

    return "location /$source->{name}/$name/Binary/ { $on }
            location /$source->{name}/$name/slow/Binary/ {
                $on limit_rate 1; }
            location /$source->{name}/$name/soon/Binary/ {
                $on $source->{module}_read_timeout 200ms; }\n";
}


sub path {
    my ($source, $name, $way, $n) = @_;

    return "/$source->{name}/$name/Binary/$way.$n";
}


sub soon {
    my ($path) = @_;

    my $where = $path =~ /\.slow/ ? 'slow' : $path =~ /-stall/ ? 'soon'
                : return $path;

    return $path =~ s{/Binary/}{/$where/Binary/}r;
}


sub cache_conf {
    return join "\n", 'map $uri $document {
                           ~^(?<before>.*)/(?:soon|slow)(?<after>/Binary/.*)$
                           $before$after;
                           default $uri;
                       }',
                      map { "${_}_cache_path $_ keys_zone=$_:1m;
                             ${_}_cache_key \$document;" }
                          qw(proxy fastcgi scgi);
}


1;
