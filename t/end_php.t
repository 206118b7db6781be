# php-fpm and fcgiwrap, as Debian has them: a whole document comes whole, and
# one whose process dies in the middle does not.

use strict;
use warnings;

use lib 't/lib';
use FhirBinary '-more';
use Crowd;
use Documents;
use RealPrograms;

my $dir = real_programs();

my $ngx = nginx_start(
    http => 'error_log error.log info;
             fastcgi_cache_path cache keys_zone=c:1m;
             fastcgi_cache_key $uri; fastcgi_cache_valid 200 1m;',
    server => join '', map {
        my $on = "fhir_binary r4; fhir_binary_auth off;
                  fastcgi_pass unix:$dir/$_.sock;
                  fastcgi_param SCRIPT_FILENAME $dir/document.$_;
                  fastcgi_param REQUEST_METHOD \$request_method;
                  fastcgi_param REQUEST_URI \$request_uri;";

        "location /$_/buffered/Binary/ { $on }
         location /$_/direct/Binary/ { $on fastcgi_buffering off; }
         location /$_/kept/Binary/ { $on fastcgi_keep_conn on; }
         location /$_/cached/Binary/ { $on fastcgi_cache c; }\n"
    } qw(php cgi));

my @sizes = (1, 4_200, 5_000, 8_000, 8_192, 20_000, 22_826, 36_000, 100_000);

for my $form (qw(native json xml)) {
    for my $where (qw(buffered direct kept cached)) {
        my $times = $form eq 'native' && $where eq 'buffered' ? 30 : 3;

        whole("php/$where", $form, $times, map {
            ("size.$_", "size.$_.told.1", "size.$_.flush.3000",
             "size.$_.shape.json", "size.$_.shape.json.flush.999")
        } @sizes);

        next if $where eq 'kept';               # fcgiwrap knows no such thing

        whole("cgi/$where", $form, 2, map { ("size.$_", "size.$_.told.1") }
                                          @sizes);
    }
}

# Where its process dies, nothing says the end; where the program alone does,
# only a length can tell.

for my $where (qw(buffered direct kept cached)) {
    for my $form (qw(native json xml)) {
        cut("php/$where", $form, map {
            my $size = $_;
            map { ("$_", "$_.told.1", "$_.shape.json") }
                ("size.$size.kill." . int($size / 2),
                 "size.$size.kill." . ($size - 1));
        } 4_200, 22_826, 100_000);

        cut("php/$where", $form, map { "size.$_.told.1.exit." . int($_ / 2) }
                                     4_200, 22_826, 100_000);

        next if $where eq 'kept';

        cut("cgi/$where", $form,
            map { my $half = int($_ / 2);
                  ("size.$_.kill.$half", "size.$_.told.1.kill.$half",
                   "size.$_.told.1.exit.$half") } 4_200, 22_826, 100_000);
    }
}

$ngx->is_log_clean;

done_testing();


sub asked {
    my ($where, $form, @ids) = @_;

    my @r;

    push @r, together($ngx->port, map { get("/$where/Binary/$_",
                                            accept => $TYPE{$form}) }
                                      splice @ids, 0, 3) while @ids;
    return @r;
}


sub whole {
    my ($where, $form, $times, @ids) = @_;

    my @all = map { my $id = $_; map { "$id?$_" } 1 .. $times } @ids;
    my @r = asked($where, $form, @all);
    my %bad;

    for my $i (0 .. $#all) {
        my ($id, $size) = $all[$i] =~ /^(size\.(\d+)[^?]*)/;
        my $said = verdict($r[$i], document($size));

        $bad{"$id: $said"}++ if $said ne 'whole 0';
    }

    is(join(', ', map { "$_ ($bad{$_})" } sort keys %bad), '',
       "$where, $form: " . @all . ' whole ones');
}


sub cut {
    my ($where, $form, @ids) = @_;

    my @r = asked($where, $form, @ids);

    is(join(', ', map { my $said = verdict($r[$_], 'none');
                        $said =~ /^(?:cut|50[24] )/ ? ()
                        : "$ids[$_]: $said" } 0 .. $#ids), '',
       "$where, $form: " . @ids . ' whose process dies');
}
