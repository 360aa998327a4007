/** An export as its owner sees it. */
import * as z from 'zod';

const time = z.iso.datetime();

export const preparingExportView = z.strictObject({ status: z.literal('preparing'), requested_at: time });

export const readyExportView = z.strictObject({
  status: z.literal('ready'),
  url: z.url().describe('Fetches the file, JSON, for an hour.'),
  url_expires_at: time,
  bytes: z.int().min(1),
  made_at: time.describe('What happened later is not in it.'),
  expires_at: time.describe(
    'When the file goes. An export that is older than 24 hours is made anew when it is asked for.',
  ),
});
