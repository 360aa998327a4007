/** A PostgreSQL for one run: the role and schema that Supabase Auth expects, reached over loopback. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../../bench/postgres-server.ts';
import { CannotRun } from './cannot-run.ts';

export interface AuthDatabase {
  readonly url: string;
  readonly version: string;
  close(): Promise<void>;
}

const role = 'supabase_auth_admin';

/** As Supabase sets its databases up; `postgres` is granted to by the migrations. */
const setUp = [
  `CREATE ROLE postgres SUPERUSER`,
  `CREATE ROLE ${role} NOINHERIT CREATEROLE LOGIN`,
  `CREATE SCHEMA auth AUTHORIZATION ${role}`,
  `GRANT CREATE ON DATABASE postgres TO ${role}`,
  `ALTER ROLE ${role} SET search_path = auth`,
];

/** The server has a socket in a folder and no port; this is the port. */
const bridgeTo = async (socketPath: string) => {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(socketPath);
    for (const end of [client, upstream]) {
      open.add(end);
      end.on('close', () => open.delete(end));
    }
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      for (const end of open) end.destroy();
      await once(server, 'close');
    },
  };
};

/** @throws CannotRun when no PostgreSQL is installed. */
export const startDatabase = async (): Promise<AuthDatabase> => {
  const server = await startPostgres();
  if (!server) throw new CannotRun('PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb).');
  try {
    const client = new pg.Client({ host: server.host, user: server.user, database: 'postgres' });
    await client.connect();
    for (const statement of setUp) await client.query(statement);
    await client.end();
    const bridge = await bridgeTo(join(server.host, '.s.PGSQL.5432'));
    return {
      url: `postgres://${role}@127.0.0.1:${bridge.port}/postgres?sslmode=disable`,
      version: server.version,
      close: async () => {
        await bridge.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
};
