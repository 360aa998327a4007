/** The function that generation invokes to hold credits: `holdRequest` in, `holdAnswer` out. */
import { catalog } from '#apps';
import { accountStore, logger } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { holdCredits } from './hold-credits.ts';

export const handler = holdCredits({ handle: accountHandler(accountStore()), catalog, logger: logger() });
