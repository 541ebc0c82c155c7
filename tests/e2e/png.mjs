// Makes a picture small: 256 colours are enough for a screen of ours.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOURS = 256;

/** The same picture with a palette. Takes what Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced. */
export function withPalette(png) {
  const { width, height, pixels, step } = decode(png);
  const counts = new Map();
  const colour = (at) => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
  for (let at = 0; at < pixels.length; at += step) counts.set(colour(at), (counts.get(colour(at)) ?? 0) + 1);
  const boxes = boxed([...counts]);
  const place = new Map(boxes.flatMap((box, index) => box.map(([one]) => [one, index])));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = place.get(colour((y * width + x) * step));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const palette = Buffer.from(boxes.flatMap(middle));
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([SIGNATURE, ...[["IHDR", head], ["PLTE", palette], ["IDAT", data], ["IEND", Buffer.alloc(0)]].map(chunk)]);
}

/** Colours with their counts in at most 256 boxes: the one that errs most is cut at its middle, until there are enough. */
function boxed(colours) {
  const boxes = [measured(colours)];
  while (boxes.length < COLOURS) {
    boxes.sort((a, b) => b.error - a.error);
    const [worst] = boxes;
    if (worst.error === 0) break;
    const sorted = worst.colours.toSorted((a, b) => channel(a[0], worst.axis) - channel(b[0], worst.axis));
    const cut = Math.max(1, sorted.findIndex(([one]) => channel(one, worst.axis) > worst.mean));
    boxes.splice(0, 1, measured(sorted.slice(0, cut)), measured(sorted.slice(cut)));
  }
  return boxes.map((box) => box.colours);
}

const channel = (colour, axis) => (colour >> (16 - 8 * axis)) & 255;

/** A box with the axis along which it is widest, the mean there, and the sum of its squared errors. */
function measured(colours) {
  const all = colours.reduce((sum, [, count]) => sum + count, 0);
  const axes = [0, 1, 2].map((axis) => {
    const mean = colours.reduce((sum, [one, count]) => sum + channel(one, axis) * count, 0) / all;
    const error = colours.reduce((sum, [one, count]) => sum + (channel(one, axis) - mean) ** 2 * count, 0);
    return { axis, mean, error };
  });
  const widest = axes.reduce((a, b) => (b.error > a.error ? b : a));
  return { colours, ...widest, error: colours.length > 1 ? widest.error : 0 };
}

/** The mean colour of a box. */
function middle(colours) {
  const all = colours.reduce((sum, [, count]) => sum + count, 0);
  return [0, 1, 2].map((axis) => Math.round(colours.reduce((sum, [one, count]) => sum + channel(one, axis) * count, 0) / all));
}

function chunk([name, data]) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}

function decode(png) {
  const parts = [];
  let head;
  for (let at = SIGNATURE.length; at < png.length; ) {
    const size = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + size);
    if (name === "IHDR") head = data;
    if (name === "IDAT") parts.push(data);
    at += size + 12;
  }
  const [width, height, bits, type, interlaced] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8], head[9], head[12]];
  if (bits !== 8 || (type !== 2 && type !== 6) || interlaced) throw new Error(`not a plain PNG: ${bits} bits, type ${type}`);
  const step = type === 2 ? 3 : 4;
  const line = width * step;
  const packed = inflateSync(Buffer.concat(parts));
  const pixels = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) {
    const filter = packed[y * (line + 1)];
    for (let x = 0; x < line; x++) {
      const at = y * line + x;
      const left = x >= step ? pixels[at - step] : 0;
      const up = y > 0 ? pixels[at - line] : 0;
      const corner = x >= step && y > 0 ? pixels[at - line - step] : 0;
      pixels[at] = packed[y * (line + 1) + 1 + x] + [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter];
    }
  }
  return { width, height, pixels, step };
}

/** The neighbour that the sum of the slopes comes nearest to, as the format says. */
function nearest(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one));
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
