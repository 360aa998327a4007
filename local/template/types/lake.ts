/** Firehose, the Glue catalog and Athena: what a lake is made of. Queries run by DuckDB here, so a workgroup is only known. */
import type { ResourceTypes } from '../resource-types.ts';
import { define, named } from './define.ts';

/** A name that the catalog's input holds. */
const inputName = (input: unknown): string => String((input as { Name?: unknown } | undefined)?.Name);

export const lakeTypes: ResourceTypes = {
  'AWS::KinesisFirehose::DeliveryStream': define(
    'DeliveryStreamEncryptionConfigurationInput DeliveryStreamName DeliveryStreamType ExtendedS3DestinationConfiguration Tags',
    named('firehose', 'DeliveryStreamName', 64, (name) => `deliverystream/${name}`),
  ),
  'AWS::Glue::Database': define('CatalogId DatabaseInput DatabaseName', (context) => {
    const name = inputName(context.property('DatabaseInput'));
    return { ref: name, arn: context.arn('glue', `database/${name}`) };
  }),
  'AWS::Glue::Table': define('CatalogId DatabaseName TableInput', (context) => {
    const name = inputName(context.property('TableInput'));
    return { ref: name, arn: context.arn('glue', `table/${String(context.property('DatabaseName'))}/${name}`) };
  }),
  'AWS::Athena::WorkGroup': define(
    'Description Name RecursiveDeleteOption State Tags WorkGroupConfiguration',
    named('athena', 'Name', 128, (name) => `workgroup/${name}`),
  ),
};
