// File systems of a fault's own on a loop device, with a plug to pull. As root: mounts.
import { statSync, truncateSync, writeFileSync, rmSync } from 'node:fs';
import { at_end, run } from '../../../bench/lib/machine.mjs';

const size_mib = 512;

// _IOR('X', 125, __u32), the ioctl that xfstests pulls the plug with; 2 leaves the journal unwritten.
const shutdown = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))`;

export class Disk {
  constructor(folder) {
    this.folder = folder;
    this.image = `${folder}.image`;
  }

  /** An empty ext4 in an image beside the folder, mounted on it, its owner and mode as before. */
  async mount_new() {
    const { uid, gid, mode } = statSync(this.folder);
    writeFileSync(this.image, '');
    at_end(() => rmSync(this.image, { force: true }));
    truncateSync(this.image, size_mib * 2 ** 20);
    await run('mkfs.ext4', ['-q', '-F', '-E', `root_owner=${uid}:${gid}`, this.image]);
    at_end(() => run('umount', ['-l', this.folder]).catch(() => {}));
    await this.mount();
    await run('chmod', [(mode & 0o7777).toString(8), this.folder]);
    await run('rmdir', [`${this.folder}/lost+found`]);
    return this;
  }

  mount() {
    return run('mount', ['-o', 'loop', this.image, this.folder]);
  }

  /** Nothing may be open on it any more. */
  unmount() {
    return run('umount', [this.folder]);
  }

  /** From here on every call is EIO, and what was not synced is never written. */
  cut() {
    return run('python3', ['-c', shutdown, this.folder]);
  }

  /** From here on it is read-only, whoever has a file open to write. */
  freeze() {
    return run('mount', ['-o', 'remount,abort', this.folder]);
  }

  async again() {
    await this.unmount();
    await this.mount();
  }
}
