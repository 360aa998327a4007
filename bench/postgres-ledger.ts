/**
 * The ledger that the product-photo app was planned with: a balance row that is locked, a ledger row with an idempotency key and
 * the balance after it. One transaction in one function call, which is the fewest round trips it can have. Credits are taken when
 * the job is made, so a job that succeeds needs nothing more.
 */
import pg from 'pg';
import { startCredits } from './ledger.ts';
import type { PostgresServer } from './postgres-server.ts';

const schema = `
  CREATE TYPE credit_tx_type AS ENUM ('purchase', 'spend', 'refund', 'bonus', 'adjustment');
  CREATE TABLE credit_balances (user_id text PRIMARY KEY, balance integer NOT NULL CHECK (balance >= 0));
  CREATE TABLE credits_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id text NOT NULL REFERENCES credit_balances,
    tx_type credit_tx_type NOT NULL,
    amount integer NOT NULL,
    balance_after integer NOT NULL,
    job_id text,
    idempotency_key text NOT NULL UNIQUE,
    description text,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE FUNCTION spend_credits(p_user text, p_amount integer, p_job text) RETURNS integer LANGUAGE plpgsql AS $$
  DECLARE
    before integer;
    earlier integer;
  BEGIN
    SELECT balance INTO before FROM credit_balances WHERE user_id = p_user FOR UPDATE;
    IF before IS NULL THEN RAISE EXCEPTION 'no such user'; END IF;
    SELECT balance_after INTO earlier FROM credits_ledger WHERE idempotency_key = 'job_reserve_' || p_job;
    IF earlier IS NOT NULL THEN RETURN earlier; END IF;
    IF before < p_amount THEN RAISE EXCEPTION 'insufficient credits'; END IF;
    INSERT INTO credits_ledger (user_id, tx_type, amount, balance_after, job_id, idempotency_key, description)
      VALUES (p_user, 'spend', -p_amount, before - p_amount, p_job, 'job_reserve_' || p_job, 'Generation job');
    UPDATE credit_balances SET balance = before - p_amount WHERE user_id = p_user;
    RETURN before - p_amount;
  END $$;`;

export interface PostgresLedger {
  open(account: string): Promise<void>;
  /** One generation: its credit is taken. */
  generate(account: string, number: number): Promise<void>;
  balance(account: string): Promise<{ readonly available: number; readonly entries: number }>;
  close(): Promise<void>;
}

export const postgresLedger = async ({ host, user }: PostgresServer, connections: number): Promise<PostgresLedger> => {
  const pool = new pg.Pool({ host, user, database: 'postgres', max: connections });
  await pool.query(schema);
  return {
    open: async (account) => {
      await pool.query('INSERT INTO credit_balances VALUES ($1, $2)', [account, startCredits]);
    },
    generate: async (account, number) => {
      await pool.query({
        name: 'spend',
        text: 'SELECT spend_credits($1, 1, $2)',
        values: [account, `${account}-${number}`],
      });
    },
    balance: async (account) => {
      const { rows } = await pool.query<{ available: number; entries: number }>(
        `SELECT balance AS available, (SELECT count(*)::integer FROM credits_ledger WHERE user_id = $1) AS entries
         FROM credit_balances WHERE user_id = $1`,
        [account],
      );
      const [row] = rows;
      if (!row) throw new Error(`no account ${account}`);
      return row;
    },
    close: () => pool.end(),
  };
};
