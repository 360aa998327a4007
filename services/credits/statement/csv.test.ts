import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, csvLine } from './csv.ts';

test.each<[Cell[], string]>([
  [['a', 1, null, 'b'], 'a,1,,b'],
  [['say "hi"', 'a,b', 'two\r\nlines'], '"say ""hi""","a,b","two\r\nlines"'],
  [[-3, 0], '-3,0'],
  [['=1+1', '+1', '-1', '@SUM(A1)', '\tx', 'a=b'], "'=1+1,'+1,'-1,'@SUM(A1),'\tx,a=b"],
  [['\n=1', '\r=1'], '"\'\n=1","\'\r=1"'],
  [['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"'],
])('%j', (cells, line) => {
  expect(csvLine(cells)).toBe(`${line}\r\n`);
});

/** What RFC 4180 lets a reader make of a line. */
const read = (line: string): string[] =>
  [...`,${line.slice(0, -2)}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );

test('whatever a text holds, it is read back as it was, and no cell begins a formula', () =>
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",; aé') }), { minLength: 2 }), (texts) => {
      const cells = read(csvLine(texts));
      expect(cells.map((cell) => cell.replace(/^'(?=[=+\-@\t\r\n])/, ''))).toEqual(texts);
      expect(cells.filter((cell) => /^[=+\-@\t\r\n]/.test(cell))).toEqual([]);
    }),
  ));
