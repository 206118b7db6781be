# README.md keeps up with the code: each directive with its default, each
# variable, each refusal, each limit.  And the blocks of t/directive_*.t and
# t/table_*.t keep up with it.

use strict;
use warnings;

use Test::More;


sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or die "$path: $!";
    local $/;
    return scalar <$fh>;
}


my $readme = slurp('README.md');
my $front = slurp('ngx_http_fhir_binary_module.c');
my @rooms = glob 'src/http/*.c src/http/*/*.c';
my $http = join '', $front, map { slurp($_) } @rooms;

cmp_ok(scalar(@rooms), '>', 35, 'the rooms of src/http are there');


# The directives: the command table, and the field that each one sets.

my %field;
my @directives;

while ($front =~ m/\{\s*ngx_string\("(\w+)"\),\s*NGX_HTTP_FHIR_BINARY_ANYWHERE
                   [^}]*?_OFFSET,\s*(0|offsetof\(\w+,\s*(\w+)\)),
                   \s*(\w+)\s*\}/xg)
{
    push @directives, $1;
    $field{$1} = { name => $3, values => $4 };
}

my $rows = () = $front =~ /NGX_HTTP_FHIR_BINARY_ANYWHERE\|/g;

cmp_ok($rows, '>', 20, 'the command table is there');
is(scalar(@directives), $rows, 'and is read whole');


# The defaults: what is merged, in the words of nginx.conf.

my %merged;

while ($http =~ m/ngx_conf_merge_(?:(\w+)_)?value\(conf->(\w+),
                  \s*prev->\w+,\s*([^;]*?)\);/xg)
{
    $merged{$2} = { kind => $1, value => $3 };
}

# A directive that sets more than one field, or a number with a name.

my %special = (
    fhir_binary_cors => [ 'cors', 'NULL', 'off' ],
    fhir_binary_token_cache => [ 'cache', 'NULL', 'off' ],
    fhir_binary_scope => [ 'scopes', 'NULL', 'the table' ],
    fhir_binary_claim => [ 'claims', 'NULL', 'scope scope' ],
    fhir_binary_patient => [ 'patient', 'NGX_HTTP_FHIR_BINARY_DENY', 'deny' ],
    fhir_binary_algorithms => [ 'algs', 'FHB_JWA_DEFAULT',
                                join ' ', algorithms() ],
);


sub algorithms {
    my ($set) = slurp('src/core/fhb_jwa.h')
                =~ /define FHB_JWA_DEFAULT\s*((?:.*\\\n)*.*)/;

    return $set =~ /FHB_JWA_([A-Z]+\d+)/g;
}


sub enumerated {
    my ($table, $value) = @_;

    my ($rows) = $http =~ /ngx_conf_enum_t\s+\Q$table\E\[\]\s*=\s*\{(.*?)\};/s
        or return;

    while ($rows =~ /ngx_string\("(\w+)"\),\s*(\w+)/g) {
        return $1 if $2 eq $value;
    }

    return;
}


sub size {
    my ($bytes) = @_;

    return $bytes % 1024 ? $bytes : $bytes / 1024 . 'k';
}


sub default_of {
    my ($directive) = @_;

    if (my $s = $special{$directive}) {
        my $merge = $merged{ $s->[0] } // { value => 'nothing' };

        return $merge->{value} eq $s->[1] ? $s->[2]
               : "another one: $merge->{value}";
    }

    my ($name, $values) = @{ $field{$directive} }{qw(name values)};
    my ($kind, $value) = @{ $merged{ $name // '' } // {} }{qw(kind value)};

    return 'none' if !defined $value || $value =~ /^(?:NULL|"")$/;

    return enumerated($values, $value) // $value if $values ne 'NULL';
    return $value ? 'on' : 'off'                 if !defined $kind;
    return "${value}s"                           if $kind eq 'sec';
    return size($value)                          if $kind eq 'size';
    return "$1 " . size($2)
        if $kind eq 'bufs' && $value =~ /^(\d+),\s*(\d+)$/;

    return $value =~ s/^"(.*)"$/$1/r;
}


my %documented;

while ($readme =~ m/^`(fhir_binary\w*) ([^`]+)` \((.*)\)\\\n/mg) {
    my ($name, $syntax, $default) = ($1, $2, $3);

    is($documented{$name}, undef, "$name is there once");

    $documented{$name} = $default =~ /^default `([^`]*)`/ ? $1
                         : $default eq 'no default' ? 'none'
                         : $default =~ /^default: (the table)/ ? $1
                         : "not understood: $default";
}

for my $name (@directives) {
    is($documented{$name} // 'no entry', default_of($name),
       "$name and its default");
}

is_deeply([ grep { !$field{$_} } sort keys %documented ], [],
          'no directive that there is not');

is_deeply([ sort grep { !exists $field{$_} && !/^\Qfhir_binary_\E$/ }
            keys %{{ map { $_ => 1 }
                     $readme =~ /(?<![\$\w])(fhir_binary\w*)/g }} ], [],
          'nor is one spoken of');


# The variables

my ($table) = $http =~ /ngx_http_fhir_binary_variables\[\] =\s*\{(.*?)\n\};/s;
my @variables = $table =~ /ngx_string\("(fhir_binary_\w+)"\)/g;
my ($chapter) = $readme =~ /^## Variables\n(.*?)^## /ms;

cmp_ok(scalar(@variables), '>', 15, 'the table of variables is read');

for my $name (@variables) {
    like($chapter, qr/^\|[^|]*`\$\Q$name\E`/m, "\$$name");
}

my %variable = map { $_ => 1 } @variables;

is_deeply([ grep { !$variable{$_} } $readme =~ /\$(fhir_binary_\w+)/g ], [],
          'no variable that there is not');


# The refusals

my @errors = slurp('src/core/fhb_error.def') =~ m{
    ^FHB_ERROR\(\w+,\s*"(\w+)",\s*(\d+),\s*"\w+",\s*"([\w-]+)"}mxg;

cmp_ok(scalar(@errors) / 3, '>', 50, 'fhb_error.def is read');

while (my ($reason, $status, $code) = splice @errors, 0, 3) {
    next if $reason =~ /^(?:syntax|too_large)$/;

    like($readme, qr/^\| `$reason` \| $status \| $code \| \S/m,
         "$reason: $status $code");
}


# The limits that the core has

my $limits = slurp('src/core/fhb.h');

for my $name (qw(ID ACCEPT RANGES MEDIA PARAMS QUERY ETAG TOKEN SCOPE BUNDLE
                 CLAIM KEYS JWKS ANSWER JSON_DEPTH JSON_VALUES))
{
    my ($value) = $limits =~ /define FHB_MAX_$name\s+(\d+)/;
    my ($chapter) = $readme =~ /^## Limits\n(.*?)^## /ms;

    like($chapter, qr/\b$value\b/, "the limit FHB_MAX_$name, $value");
}


# The contract in blocks: a file for each directive, a block for each refusal
# and each variable.

my $blocks = join '', map { slurp($_) } glob 't/directive_*.t t/table_*.t';

for my $name (@directives) {
    my $file = 't/directive_' . $name =~ s/^fhir_binary_//r . '.t';

    ok(-e $file, "$file is there");
}

# An outcome is a line; a subrequest's is in the page that included it.

my %elsewhere = (
    subrequest => qr/^=== TEST \d+: .*: subrequest$/m,
    request_timeout => undef,   # nginx closes the connection without a word
    nomem => undef,             # memory must lack: t/token_nomem.t
);

for my $row (slurp('src/core/fhb_error.def')
             =~ m{^FHB_ERROR\(\w+,\s*"(\w+)"}mg)
{
    my $line = exists $elsewhere{$row} ? $elsewhere{$row}
               : qr/^(?:--- outcome: )?\d{3} [\w-]+ $row(?: xml)?$/m;

    next if !defined $line || $row =~ /^(?:syntax|too_large)$/;

    like($blocks, $line, "a block for $row");
}

for my $name (@variables) {
    like($blocks, qr/\$$name\b/, "a block for \$$name");
}

done_testing();
