# Fits of a logistic regression by R's glm, for logistic.py: Rscript logistic.R DATA.csv prints JSON.
suppressMessages({ library(pROC); library(sandwich) })
data <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = TRUE)
number <- function(x) if (length(x) == 1) sprintf("%.17g", x) else paste0("[", paste(sprintf("%.17g", x), collapse = ", "), "]")
control <- glm.control(epsilon = 1e-15, maxit = 100)

describe <- function(name, formula, weights = rep(1, nrow(data))) {
  data$w <- weights
  fit <- suppressWarnings(glm(formula, binomial, data, weights = w, control = control))
  table <- summary(fit)$coefficients
  interval <- confint.default(fit)
  robust <- sqrt(diag(sandwich(fit)))
  roc <- roc(fit$y, fit$linear.predictors, quiet = TRUE, direction = "<")
  # glm rounds weighted cases in its log-likelihood, so that it is taken from the deviance.
  cat(sprintf('"%s": {"names": [%s], "estimate": %s, "standardError": %s, "z": %s, "p": %s, "low": %s, "high": %s, "robust": %s, "deviance": %s, "nullDeviance": %s, "aucInterval": %s}',
    name, paste0('"', rownames(table), '"', collapse = ", "), number(table[, 1]), number(table[, 2]), number(table[, 3]), number(table[, 4]),
    number(interval[, 1]), number(interval[, 2]), number(robust), number(fit$deviance), number(fit$null.deviance), number(as.numeric(ci.auc(roc)))))
}

share <- mean(data$outcome)
cat('{"version": "', R.version.string, '",\n', sep = "")
describe("plain", outcome ~ age + dose + color + smoker)
cat(",\n")
describe("noIntercept", outcome ~ 0 + age + dose)
cat(",\n")
describe("balanced", outcome ~ age + dose + color + smoker, ifelse(data$outcome == 1, 0.5 / share, 0.5 / (1 - share)))
cat("}\n")
