import pretty from 'pino-pretty';

/** One line an event: time, level, sentence, then the fields. */
export function pinoPretty(fileDescriptor: number): ReturnType<typeof pretty> {
  return pretty({
    destination: fileDescriptor,
    sync: true,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
  });
}
