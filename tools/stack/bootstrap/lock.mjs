import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { progress } from './report.mjs';
import { workFolder } from './root.mjs';

const lock = join(workFolder, 'bootstrap.lock');

/** Does the work if it is needed, one process of this clone at a time: two npm ci at once would wreck each other. */
export async function alone(isNeeded, work) {
  if (!isNeeded()) return;
  mkdirSync(workFolder, { recursive: true });
  let told = false;
  while (!take()) {
    if (!told) progress('Waiting for another command of this clone to install and build …');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    if (isNeeded()) await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function take() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!holderLives()) rmSync(lock, { force: true });
  return false;
}

function holderLives() {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // Just made and not yet written: somebody is there.
    if (holder === 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
