// The server that writes dies, and another one takes over.
import { Book } from '../fault/lib/book.mjs';
import { kill } from '../fault/lib/premises.mjs';
import { arrangement, other, writer } from './lib/arrangement.mjs';
import { Trials, promise } from './lib/trial.mjs';

async function taken_over({ runs }) {
  const site = await arrangement();
  const book = new Book(site);
  const trials = new Trials(site, book);
  await book.keep();
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    const next = site.writing === writer ? other : writer;
    await trials.one({
      strike: async () => {
        await kill(site.servers.get(site.writing));
        site.writing = next;
        await site.serve_on(next);
      },
    });
  }
  await book.prove();
  await site.end();
  return { runs: trials.back.length, faults: book.faults, measured: trials.measured, control: '' };
}

export const faults = [
  {
    name: 'ha-kill-writer',
    how: 'SIGKILL of the server that writes; another is started at once, in another place',
    promise,
    runs: { short: 2, long: 10 },
    run: taken_over,
  },
];
