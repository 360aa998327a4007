/** Sparky's palettes: hairstyles, hair colours, skin colours. A colour's id is its hex code. */
import { optionList } from '../build.ts';

const picture = (id: string) => `https://sparky.example/catalog/hairstyles/${id}.webp`;

type Style = readonly [id: string, gender: 'male' | 'female', category: string, pro: boolean, prompt: string];

const styles: readonly Style[] = [
  ['bob', 'female', 'short', false, 'a chin-length bob with a clean edge'],
  ['pixie', 'female', 'short', false, 'a short pixie cut with a soft fringe'],
  ['layers', 'female', 'medium', false, 'shoulder-length hair cut in layers'],
  ['curly', 'female', 'medium', false, 'natural shoulder-length curls'],
  ['ponytail', 'female', 'long', false, 'long hair tied back in a high ponytail'],
  ['long-waves', 'female', 'long', false, 'long hair in loose waves'],
  ['curtain-bangs', 'female', 'medium', true, 'medium hair with curtain bangs parted in the middle'],
  ['box-braids', 'female', 'long', true, 'long box braids'],
  ['low-bun', 'female', 'formal', true, 'an elegant low bun as for a wedding'],
  ['buzz-cut', 'male', 'short', false, 'a buzz cut of even length'],
  ['fade', 'male', 'short', false, 'short hair with a mid fade'],
  ['crew-cut', 'male', 'short', false, 'a classic crew cut'],
  ['side-part', 'male', 'formal', false, 'short hair combed to a neat side part'],
  ['pompadour', 'male', 'formal', true, 'a pompadour with volume at the front'],
  ['man-bun', 'male', 'long', true, 'long hair tied in a bun at the crown'],
  ['short-afro', 'male', 'medium', true, 'a short rounded afro'],
];

const hairstyles = styles.map(([id, gender, category, pro, style]) => ({
  id,
  gender,
  category,
  pro,
  image_url: picture(id),
  prompt: style,
}));

const colours = (of: string, rows: readonly (readonly [hex: string, word: string])[]) =>
  rows.map(([hex, word]) => ({ id: hex, hex, word, prompt: `${word.replaceAll('-', ' ')} ${of} (${hex})` }));

export const options = {
  hairstyle: optionList('hairstyles', hairstyles),
  'hair-color': optionList(
    'hair_colors',
    colours('hair', [
      ['#0b0b0c', 'black'],
      ['#2b1b12', 'espresso'],
      ['#4a2f1d', 'chestnut'],
      ['#7a5230', 'caramel'],
      ['#a9794a', 'dark-blond'],
      ['#d9b382', 'honey-blond'],
      ['#f0e0c0', 'platinum'],
      ['#b02020', 'red'],
      ['#8a3a1a', 'copper'],
      ['#6d1f3c', 'burgundy'],
      ['#9a9a9a', 'silver'],
      ['#1f4fa8', 'blue'],
      ['#d46aa0', 'pink'],
      ['#5b2a86', 'purple'],
    ]),
  ),
  'skin-color': optionList(
    'skin_colors',
    colours('skin', [
      ['#f6ddcb', 'porcelain'],
      ['#eac7a6', 'light'],
      ['#d8a97f', 'beige'],
      ['#c48f63', 'olive'],
      ['#a5714a', 'tan'],
      ['#825437', 'bronze'],
      ['#5f3a25', 'brown'],
      ['#3b2219', 'deep'],
    ]),
  ),
};
