import { tensor, stabilize, record } from "gradtape";
const x = tensor([709.8]);
console.log(x.softplus().toString());
const f = stabilize((t:any)=>t.softplus());
console.log(JSON.stringify(f.rewrites(x)));
console.log(record(f, x).toString());
