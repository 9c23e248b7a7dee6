// One file, so that CDK is loaded and each stage synthesised once; what is asked of the templates stands beside it.
import "./checks.cases.ts";
import "./collection-domain.cases.ts";
import "./data.cases.ts";
import "./functions.cases.ts";
import "./lake.cases.ts";
import "./permissions.cases.ts";
