import { Option } from 'commander';

/** Where the API is; the same for every command that asks it. */
export const apiOption = () =>
  new Option('--api <url>', "the controller's API")
    .env('HOLDFAST_API')
    .default('http://127.0.0.1:9876');
