// @ts-check
/** Put files into a ZIP, uncompressed (APPNOTE 6.3.9): any computer opens it, and what goes in comes out byte for byte. */

const UTF8_NAMES = 0x0800;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** @typedef {{name: string, data: Uint8Array}} File */

/** @param {Uint8Array} data @returns {number} the CRC-32 of ISO 3309 */
export function crc32(data) {
  let value = 0xffffffff;
  for (const byte of data) value = (value >>> 8) ^ TABLE[(value ^ byte) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

/**
 * @param {File[]} files names with `/` between folders, each once
 * @param {Date} at what the files are dated; ZIP keeps local time to two seconds
 * @returns {Uint8Array}
 */
export function zipFiles(files, at) {
  const parts = [], directory = [];
  let offset = 0;
  for (const { name, data } of files) {
    const encoded = new TextEncoder().encode(name);
    const common = [UTF8_NAMES, 0, ...dosMoment(at), crc32(data), data.length, data.length, encoded.length, 0];
    const header = pack([0x04034b50, 4], [20, 2], ...sized(common));
    parts.push(header, encoded, data);
    const more = sized([0, 0, 0]).concat([[0, 4], [offset, 4]]);
    directory.push(pack([0x02014b50, 4], [20, 2], [20, 2], ...sized(common), ...more), encoded);
    offset += header.length + encoded.length + data.length;
  }
  const size = directory.reduce((total, part) => total + part.length, 0);
  const end = pack([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]);
  return join([...parts, ...directory, end]);
}

/** The fields that both headers share: four of two bytes, three of four, the rest of two. @param {number[]} values @returns {[number, number][]} */
const sized = (values) => values.map((value, place) => [value, place >= 4 && place <= 6 ? 4 : 2]);

/** @param {Date} at @returns {[number, number]} time and date as DOS wrote them; it begins in 1980 */
function dosMoment(at) {
  const year = Math.max(0, at.getFullYear() - 1980);
  return [(at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1), (year << 9) | ((at.getMonth() + 1) << 5) | at.getDate()];
}

/** @param {[number, number][]} fields value and size in bytes, little-endian @returns {Uint8Array} */
function pack(...fields) {
  const bytes = new Uint8Array(fields.reduce((total, [, size]) => total + size, 0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  for (const [value, size] of fields) {
    if (size === 4) view.setUint32(place, value, true);
    else view.setUint16(place, value, true);
    place += size;
  }
  return bytes;
}

/** @param {Uint8Array[]} parts */
function join(parts) {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
