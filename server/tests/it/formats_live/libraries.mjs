// Hashes and verifies as Node's libraries do, one JSON object a line. See libraries.py for what is asked and answered.

import { hashPassword, verifyPassword } from "@better-auth/utils/password";
import argon2 from "argon2";
import bcrypt from "bcrypt";
import bcryptjs from "bcryptjs";
import firebase from "firebase-scrypt";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";

const cost = { memoryCost: 64, timeCost: 2, parallelism: 2 };
const withSecret = (pepper) => (pepper === undefined ? {} : { secret: Buffer.from(pepper) });

const signerKey = randomBytes(64).toString("base64");
const project = new firebase.FirebaseScrypt({ memCost: 8, rounds: 8, saltSeparator: "Bw==", signerKey });

const schemes = {
  "better-auth": {
    make: hashPassword,
    verify: (password, stored) => verifyPassword(stored, password),
  },
  bcryptjs: {
    make: (password) => bcryptjs.hash(password, 4),
    verify: (password, stored) => bcryptjs.compare(password, stored),
  },
  bcrypt: {
    make: (password) => bcrypt.hash(password, 4),
    verify: (password, stored) => bcrypt.compare(password, stored),
  },
  argon2: {
    make: (password, pepper) => argon2.hash(password, { ...cost, ...withSecret(pepper) }),
    verify: (password, stored, pepper) => argon2.verify(stored, password, withSecret(pepper)),
  },
  // GoTrue's spelling around what the library hashes; Regain writes none.
  firebase: {
    make: async (password) => {
      const salt = randomBytes(16).toString("base64");
      const digest = await project.hash(password, salt);
      return `$fbscrypt$v=1,n=8,r=8,p=1,ss=Bw==,sk=${signerKey}$${salt}$${digest}`;
    },
  },
};

async function answer({ make, verify, password, stored, pepper }) {
  try {
    if (make !== undefined) return { stored: await schemes[make].make(password, pepper) };
    return { matches: await schemes[verify].verify(password, stored, pepper) };
  } catch (why) {
    return { refused: String(why) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
