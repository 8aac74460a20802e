// The polyfill's own implementation also where Temporal is built in: a wallet's browser then reckons exactly as the
// servers do and as the tests have seen, whatever state its engine's Temporal is in.
export { Temporal } from 'temporal-polyfill/implementation';
