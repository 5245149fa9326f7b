// What Python finds in a zip, every checksum compared.

import { execFileSync } from "node:child_process";

const READ = `
import io, json, sys, zipfile
with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())) as archive:
    print(json.dumps({info.filename: archive.read(info).hex() for info in archive.infolist()}))
`;

/** @type {(zip: Blob) => Promise<Record<string, string>>} path → bytes in hex */
export async function contents(zip) {
  const input = new Uint8Array(await zip.arrayBuffer());
  return JSON.parse(execFileSync("python3", ["-c", READ], { input, encoding: "utf8" }));
}
