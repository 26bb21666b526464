# Makes ruby.tsv with Ruby's bcrypt and the pepper that Devise 4.9 appends, in the columns of passwords.tsv, then the
# format's name and the pepper's bytes in hexadecimal:
#
#     apt-get install ruby-bcrypt && ruby make_ruby.rb > ruby.tsv
require 'bcrypt'

passwords = ['correct horse battery staple', ' пароль 🔑 with spaces ', 'x' * 70, 'x' * 72]
# Devise's generator writes 128 hexadecimal digits, of which no password lets more than 72 in.
peppers = ['short', '5c' * 64]

passwords.each do |password|
  puts ["Ruby's bcrypt 3.1.18", password.unpack1('H*'), BCrypt::Password.create(password, cost: 4)].join("\t")
  peppers.each do |pepper|
    stored = BCrypt::Password.create("#{password}#{pepper}", cost: 4)
    puts ["Ruby's bcrypt 3.1.18 as Devise 4.9", password.unpack1('H*'), stored, 'bcrypt', pepper.unpack1('H*')].join("\t")
  end
end
