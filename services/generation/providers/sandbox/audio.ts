/** A short melody as a WAV file: 16-bit PCM, mono. */
import type { Seed } from './seed.ts';

const sampleRate = 22_050;
const noteSeconds = 0.25;
const noteCount = 16;
/** How long it lasts. */
export const melodySeconds = noteSeconds * noteCount;
/** A minor pentatonic scale sounds well in any order. */
const semitones = [0, 3, 5, 7, 10, 12, 15] as const;

const header = (dataBytes: number): Buffer => {
  const bytes = Buffer.alloc(44);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + dataBytes, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(dataBytes, 40);
  return bytes;
};

export const melody = (seed: Seed): Uint8Array => {
  const perNote = Math.round(sampleRate * noteSeconds);
  const samples = Buffer.alloc(perNote * noteCount * 2);
  for (let note = 0; note < noteCount; note += 1) {
    const hertz = 220 * 2 ** ((semitones[seed(note, semitones.length)] ?? 0) / 12);
    for (let index = 0; index < perNote; index += 1) {
      const fade = 1 - index / perNote;
      const value = Math.sin((2 * Math.PI * hertz * index) / sampleRate) * fade * 0.6;
      samples.writeInt16LE(Math.round(value * 0x7fff), (note * perNote + index) * 2);
    }
  }
  return Buffer.concat([header(samples.length), samples]);
};
