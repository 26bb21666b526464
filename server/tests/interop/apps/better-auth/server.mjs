// better-auth with addresses and passwords on PostgreSQL, behind Node's own HTTP server.
//
// DATABASE_URL: postgres://…
// PORT: where it listens, on loopback

import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import pg from "pg";

const port = Number(process.env.PORT);
const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: "signs the cookies of an application that lives for one test",
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL }),
  emailAndPassword: {
    enabled: true,
    sendResetPassword: async ({ token }) => console.log(`reset token ${token}`),
  },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
});

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
createServer(toNodeHandler(auth)).listen(port, "127.0.0.1");
