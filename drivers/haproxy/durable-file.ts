import { open, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

/** Replaces a file's content so that after a crash either the old or the new is there, whole. */
export async function writeDurably(file: string, content: string): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncDirectory(path.dirname(file));
}

/** Points a symbolic link elsewhere in one step. */
export async function pointLink(link: string, target: string): Promise<void> {
  const temporary = `${link}.tmp`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, link);
}

/** Makes renames in the directory outlive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
