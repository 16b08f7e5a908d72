// The part of RxJS for tests, out of the same file as the rest: see jest.config.js.
module.exports = require('rxjs').testing;
