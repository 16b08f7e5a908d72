import { connect } from 'node:net';

/** What a ZooKeeper server answers to one of its four-letter words. Fails when it says nothing in time. */
export function fourLetterWord(port: number, word: string, timeout = 2_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port, timeout }, () => socket.write(word));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (answer += text));
    socket.on('timeout', () => socket.destroy(new Error(`${word}: no answer in ${timeout} ms`)));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
