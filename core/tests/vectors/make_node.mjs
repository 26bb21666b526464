// Makes node.tsv, in the columns of passwords.tsv:
//
//     npm install @better-auth/utils@0.5.1 bcryptjs@3.0.3 && node make_node.mjs > node.tsv

import { hashPassword } from "@better-auth/utils/password";
import bcrypt from "bcryptjs";

const passwords = ["correct horse battery staple", " пароль 🔑 with spaces ", "", "ﬁne Ａngstro\u0308m \u212B", "nul\0in the middle"];

const show = (maker, password, stored) =>
  console.log([maker, Buffer.from(password).toString("hex"), stored].join("\t"));

for (const password of passwords) {
  show("better-auth's utils 0.5.1", password, await hashPassword(password));
  show("bcryptjs 3.0.3", password, bcrypt.hashSync(password, 4));
}
