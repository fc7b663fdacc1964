import { InvalidArgumentError, Option } from 'commander';

/** Where the API is; the same for every command that asks it. */
export const apiOption = () =>
  new Option('--api <url>', "the controller's API")
    .env('HOLDFAST_API')
    .argParser(httpUrl)
    .default('http://127.0.0.1:9876');

export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('give a URL such as http://127.0.0.1:9876');
}
