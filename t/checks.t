# make check sees what it is there for: a fault is planted in a copy of the
# sources, and the check that guards against it must name it.

use strict;
use warnings;

use Cwd ();
use File::Temp ();
use Test::More;

my $root = Cwd::getcwd();
my $tree = ($ENV{FHIR_BINARY_BUILD} || "$root/build") . '/nginx';

plan(skip_all => 'the module is not built') if !-d "$tree/objs";

# A copy of all that the checks read.

sub copy {
    my $dir = File::Temp->newdir;

    system("cp -r src t/check ngx_http_fhir_binary_module.c config $dir/") == 0
        or die 'cp';
    system("mkdir $dir/t && mv $dir/check $dir/t/") == 0 or die 'mv';

    return $dir;
}

sub edit {
    my ($dir, $file, $change) = @_;

    open my $in, '<', "$dir/$file" or die "$file: $!";
    local $_ = do { local $/; <$in> };
    my $before = $_;

    $change->();
    die "$file: nothing was planted" if $_ eq $before;

    open my $out, '>', "$dir/$file" or die "$file: $!";
    print $out $_;
    close $out or die "$file: $!";
}

sub run {
    my ($dir, $command) = @_;

    my $said = `cd $dir && $command 2>&1`;

    return ($? >> 8, $said);
}

my $http = 'src/http';
my $prefix = 'ngx_http_fhir_binary';

my %check = (
    includes => 'bash t/check/includes.sh',
    owner => 'bash t/check/owner.sh',
);

my @plant = (                   # check, file, what is planted, what is said
    [ includes => "$http/token/${prefix}_grant.c",
      sub { s/(#include "${prefix}_token\.h"\n)/$1#include "${prefix}_response.h"\n/ },
      qr/token may not include response/, 'a header of a folder above' ],
    [ includes => "$http/${prefix}_fields.c",
      sub { s/(#include "$prefix\.h"\n)/$1#include "${prefix}_token.h"\n/ },
      qr/the ground may not include token/, 'one of a folder in the ground' ],
    [ includes => "$http/stream/${prefix}_stream.h",
      sub { s/(#include "$prefix\.h"\n)/$1#include "${prefix}_request.h"\n/ },
      qr/stream may not include request/, 'a header beside it in a header' ],
    [ includes => "$http/token/${prefix}_grant.c",
      sub { s/(#include "${prefix}_token\.h"\n)/$1#include <openssl\/evp.h>\n/ },
      qr/src\/http does not include <openssl/, 'a library in src/http' ],
    [ includes => "$http/response/${prefix}_document.c",
      sub { s/(    rc = FHB_OK;|    fhb_rc_t  rc;)\n/$1\n    if (r->upstream) { return 0; }\n/ },
      qr/nginx's upstream has one room/, 'a look into the upstream' ],
    [ includes => 'src/core/fhb_text.h',
      sub { s/(#include "fhb\.h"\n)/$1#include "fhb_route.h"\n/ },
      qr/text may not include route/, 'a higher floor of the core' ],
    [ owner => "$http/response/${prefix}_filter.c",
      sub { s/(    status = NGX_OK;\n)/$1    ctx->grant.state = 4;\n/ },
      qr/src\/http\/token\/ writes grant/, 'a grant in a filter' ],
    [ owner => "$http/stream/${prefix}_pump.c",
      sub { s/(    pump = &ctx->pump;\n)/$1    ctx->phase++;\n/ },
      qr/_phase\.c writes phase/, 'a phase in the pump' ],
    [ owner => "$http/request/${prefix}_access.c",
      sub { s/(    ngx_str_t  tenant;\n)/$1    fhb_rc_t  *p;\n    p = &ctx->source.rc;\n/ },
      qr/src\/http\/stream\/ writes source/, 'an address that is kept' ],
    [ owner => "$http/request/${prefix}_access.c",
      sub { s/(    ngx_str_t  tenant;\n)/$1    fhb_b64_init(0, &ctx->pump.dec);\n/ },
      qr/src\/http\/stream\/ writes pump/, 'an address for a function' ],
    [ owner => "$http/request/${prefix}_access.c",
      sub { s/${prefix}_ctx_t  \*ctx;/${prefix}_ctx_t  *x;/ },
      qr/a context is called ctx/, 'a context by another name' ],
    [ owner => "$http/token/${prefix}_token.c",
      sub { s/(    set = NULL;\n)/$1    ngx_memzero(&ctx->asked, 1);\n/ },
      qr/src\/http\/request\/ writes asked/, 'a part that is wiped' ],
    [ owner => "$http/$prefix.h",
      sub { s/(\n\} ${prefix}_ctx_t;)/\n    ngx_uint_t  nobodys;$1/ },
      qr/name their owners/, 'a part without an owner' ],
);

{
    my $dir = copy();

    is((run($dir, $check{$_}))[0], 0, "$_: the sources as they are")
        for sort keys %check;
}

for (@plant) {
    my ($check, $file, $change, $says, $what) = @$_;
    my $dir = copy();

    edit($dir, $file, $change);

    my ($status, $said) = run($dir, $check{$check});

    is($status, 1, "$check: $what is refused");
    like($said, $says, 'and named');
}

# A call upwards does not compile.

{
    my $dir = copy();
    my $file = "$http/token/${prefix}_grant.c";

    edit($dir, $file, sub {
        s/(    ctx->grant\.state = state;\n)/$1    (void) ${prefix}_outcome_send(ctx->request, ctx);\n/;
    });

    open my $make, '>', "$dir/incs.mk" or die $!;
    print $make "include objs/Makefile\nincs:\n\t\@echo \$(ALL_INCS)\n";
    close $make;

    my $incs = `make -s --no-print-directory -C $tree -f $dir/incs.mk incs`;

    chomp $incs;
    $incs =~ s{-I \Q$root\E/}{-I $dir/}g;

    my ($status, $said) = run($tree, 'cc -fsyntax-only -Wall -Werror '
                                     . "$incs $dir/$file");

    isnt($status, 0, 'a call upwards does not compile');
    like($said, qr/implicit declaration of function/, 'for it is not declared');
}

# Rooms that call each other in a circle: one object of the build is another.

{
    my $dir = File::Temp->newdir;
    my @objects = glob "$tree/objs/addon/*/${prefix}_*.o";

    system("mkdir -p $dir/objs/addon/x && ln -s @objects $dir/objs/addon/x/")
        == 0 or die 'ln';

    is((run($root, "perl t/check/circles.pl $dir"))[0], 0, 'no circle');

    open my $c, '>', "$dir/fields.c" or die $!;
    print $c "void ${prefix}_ctx(void);\nvoid ${prefix}_fields(void);\n"
             . "void ${prefix}_fields(void) { ${prefix}_ctx(); }\n";
    close $c;

    system("rm $dir/objs/addon/x/${prefix}_fields.o && cc -c -o "
           . "$dir/objs/addon/x/${prefix}_fields.o $dir/fields.c") == 0
        or die 'cc';

    my ($status, $said) = run($root, "perl t/check/circles.pl $dir");

    is($status, 1, 'a circle is refused');
    like($said, qr/a circle: .*fields/, 'and named');

    unlink "$dir/objs/addon/x/${prefix}_fields.o";
    ($status, $said) = run($root, "perl t/check/circles.pl $dir");

    is($status, 1, 'so is a build that lacks an object');
}

done_testing();
