# Makes crypt.tsv with the crypt(3) of libxcrypt 4.4.33, in the columns of passwords.tsv:
#
#     perl make_crypt.pl > crypt.tsv
use strict;
use warnings;

my @passwords = (
    "correct horse battery staple",
    " \xD0\xBF\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB\xD1\x8C ",
    "",
    "x" x 200,
);
my @settings = (
    '$y$j75$LdJMENpBABJJ3hIHjB1Bi.$', '$y$j85$Q2ADXZQRk3z1qMEsF0eJx1$', '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$',
    '$y$j9T$short/$', '$5$saltstring$', '$5$rounds=1400$anotherlongsalts$', '$6$saltstring$',
    '$6$rounds=5000$sixteencharsalt.$', '$6$rounds=1000$ab$', '$gy$j75$LdJMENpBABJJ3hIHjB1Bi.$',
    '$gy$j9T$Q2ADXZQRk3z1qMEsF0eJx1$', '$7$96..../....LdJMENpBABJJ3hIHjB1Bi.$', '$7$CU..../....short$',
);
for my $password (@passwords) {
    for my $setting (@settings) {
        my $stored = crypt($password, $setting);
        print join("\t", "libxcrypt 4.4.33", unpack("H*", $password), $stored), "\n" if defined $stored && $stored !~ /^\*/;
    }
}
