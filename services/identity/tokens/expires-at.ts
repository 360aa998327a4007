/** When a token that was verified ends: a connection that it opened ends with it. */
import { decodeJwt } from 'jose';

/** @param token verified: its `exp` is there and is a number. @returns epoch milliseconds */
export const expiresAt = (token: string): number => (decodeJwt(token).exp ?? 0) * 1_000;
