/** A function of the generation service, and what those that make or check files share. */
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TesseraFunction, type TesseraFunctionProps } from '../../constructs/tessera-function.ts';

/** A provider that answers at once does so within a minute; slower ones are asked again. A dead worker's job waits no longer than this. */
export const workTimeout = Duration.seconds(60);
/** From here on a function has a whole vCPU, which decoding and filtering pictures needs. */
export const oneCpuMemoryMb = 1_769;

export const fn = (
  scope: Construct,
  id: string,
  entry: string,
  props: Omit<TesseraFunctionProps, 'service' | 'entry'>,
) =>
  new TesseraFunction(scope, id, {
    service: 'generation',
    entry: `services/generation/handlers/${entry}.ts`,
    ...props,
  });
