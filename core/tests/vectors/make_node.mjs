// Makes node.tsv, in the columns of passwords.tsv and, where the text does not show them, the format's name and the
// pepper's bytes in hexadecimal:
//
//     npm install @better-auth/utils@0.5.1 argon2@0.45.1 bcrypt@6.0.0 bcryptjs@3.0.3 firebase-scrypt@2.2.0
//     node make_node.mjs > node.tsv

import { hashPassword } from "@better-auth/utils/password";
import argon2 from "argon2";
import bcrypt from "bcrypt";
import bcryptjs from "bcryptjs";
import { randomBytes } from "node:crypto";
import firebase from "firebase-scrypt";

const passwords = ["correct horse battery staple", " пароль 🔑 with spaces ", "", "ﬁne Ａngstro\u0308m \u212B", "nul\0in the middle"];
const signerKey = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";

const hex = (text) => Buffer.from(text).toString("hex");
const show = (maker, password, stored, ...rest) => console.log([maker, hex(password), stored, ...rest].join("\t"));

const fbscrypt = async (password, memCost) => {
  const salt = randomBytes(16).toString("base64");
  const project = new firebase.FirebaseScrypt({ memCost, rounds: 8, saltSeparator: "Bw==", signerKey });
  const digest = await project.hash(password, salt);
  return `$fbscrypt$v=1,n=${memCost},r=8,p=1,ss=Bw==,sk=${signerKey}$${salt}$${digest}`;
};

for (const password of passwords) {
  show("better-auth's utils 0.5.1", password, await hashPassword(password));
  show("bcryptjs 3.0.3", password, bcryptjs.hashSync(password, 4));
  show("Node's bcrypt 6.0.0", password, bcrypt.hashSync(password, 4));
  const cost = { memoryCost: 64, timeCost: 3, parallelism: 2 };
  show("Node's argon2 0.45.1", password, await argon2.hash(password, cost));
  const peppered = await argon2.hash(password, { ...cost, secret: Buffer.from("a secret of the application's") });
  show("Node's argon2 0.45.1", password, peppered, "argon2id", hex("a secret of the application's"));
  if (password !== "") show("firebase-scrypt 2.2.0 in GoTrue's spelling", password, await fbscrypt(password, 8));
}
show("firebase-scrypt 2.2.0 in GoTrue's spelling", passwords[0], await fbscrypt(passwords[0], 14));
