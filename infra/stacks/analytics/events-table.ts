/** The lake's table: columns from the row's contract, and partitions that Athena works out by itself, so that no crawler looks for them. */

import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { definitions } from '#apps';
import { lake, lakeColumns } from '#services/analytics/contracts.ts';

/** Apps and days are known: https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html */
const projection = (location: string): Record<string, string> => ({
  'projection.enabled': 'true',
  'projection.app.type': 'enum',
  'projection.app.values': definitions.map(({ id }) => id).join(','),
  'projection.day.type': 'date',
  'projection.day.format': 'yyyy-MM-dd',
  'projection.day.range': `${lake.firstDay},NOW`,
  'projection.day.interval': '1',
  'projection.day.interval.unit': 'DAYS',
  'storage.location.template': `${location}app=\${app}/day=\${day}/`,
});

export const eventsTable = (scope: Construct, bucket: Bucket): CfnTable => {
  const catalogId = Stack.of(scope).account;
  const database = new CfnDatabase(scope, 'Database', {
    catalogId,
    databaseInput: { name: lake.database, description: 'The event lake' },
  });
  const location = bucket.s3UrlForObject(lake.prefix);
  const table = new CfnTable(scope, 'Events', {
    catalogId,
    databaseName: lake.database,
    tableInput: {
      name: lake.table,
      description: 'Published events with pseudonyms for ids; some lie here twice',
      tableType: 'EXTERNAL_TABLE',
      parameters: { EXTERNAL: 'TRUE', classification: 'parquet', ...projection(location) },
      partitionKeys: [
        { name: 'app', type: 'string' },
        { name: 'day', type: 'string' },
      ],
      storageDescriptor: {
        location,
        columns: lakeColumns.map(({ name, type }) => ({ name, type })),
        inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
        serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
      },
    },
  });
  table.addResourceDependency(database);
  return table;
};
