/** Reads the assets table's stream: where a row went, its file goes. */
import { assetRemoved } from '../clean-up/asset-removed.ts';
import { logger, uploadBucket } from '../composition.ts';

export const handler = assetRemoved({ uploads: uploadBucket(), logger });
