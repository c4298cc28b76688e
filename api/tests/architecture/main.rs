//! What DESIGN asks of the code's shape, held by reading the code: one small file a rule, each with a
//! planted violation that it must catch. A failure names the file, the line, the rule and the mend.

mod code;
mod handlers;
mod honesty;
mod imports;
mod manifests;
mod paths;
mod policy;
mod pure;
mod shape;
mod stores;
mod tree;
mod walls;
