# Hashes and verifies with the crypt(3) of the system, one JSON object a line. See libraries.py for what is asked and
# answered.
use strict;
use warnings;
use JSON::PP;

my %settings = (
    'yescrypt'      => '$y$j75$',
    'gost-yescrypt' => '$gy$j75$',
    'scrypt'        => '$7$86..../....',
    'sha512crypt'   => '$6$rounds=1000$',
    'sha256crypt'   => '$5$rounds=1000$',
    'sha512crypt, rounds unwritten' => '$6$',
);
my @letters = ('.', '/', 0 .. 9, 'A' .. 'Z', 'a' .. 'z');
my $json = JSON::PP->new->utf8;

# Sixteen letters are twelve bytes, with no bit left over.
sub salt { join '', map { $letters[rand 64] } 1 .. 16 }

$| = 1;
while (my $line = <STDIN>) {
    my $question = $json->decode($line);
    my $password = $question->{password};
    utf8::encode($password);
    my $setting = $question->{stored} // $settings{$question->{make}} . salt() . '$';
    my $stored = crypt($password, $setting) // '*0';
    my $answer = $stored =~ /^\*/ ? { refused => 'crypt(3) does' }
        : exists $question->{make} ? { stored => $stored }
        : { matches => $stored eq $question->{stored} ? JSON::PP::true : JSON::PP::false };
    print $json->encode($answer), "\n";
}
