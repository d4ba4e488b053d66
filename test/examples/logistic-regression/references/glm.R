# Makes glm.json: data that come with R, and what its glm, sandwich, car, MASS and brglm2 find in them.
#
#     Rscript test/examples/logistic-regression/references/glm.R > test/examples/logistic-regression/references/glm.json
#
# Needs R with these packages (Debian: r-base-core r-cran-jsonlite r-cran-sandwich r-cran-car r-cran-mass r-cran-brglm2).
suppressPackageStartupMessages({
  library(sandwich)
  library(brglm2)
})
control <- glm.control(epsilon = 1e-15, maxit = 100)
csv <- function(data) paste(capture.output(write.csv(data, quote = FALSE, row.names = FALSE)), collapse = "\n")
about <- function(m) {
  s <- summary(m)
  list(names = names(coef(m)), estimate = unname(coef(m)), standardError = unname(sqrt(diag(vcov(m)))), deviance = deviance(m),
       logLikelihood = as.numeric(logLik(m)))
}
errors <- function(v) unname(sqrt(diag(v)))

infert$education <- gsub("[^0-9a-z+-]", "", as.character(infert$education))
fit <- glm(case ~ education + age + parity + spontaneous, binomial, infert, control = control)
place <- which(startsWith(names(coef(fit)), "education"))
wald <- as.numeric(t(coef(fit)[place]) %*% solve(vcov(fit)[place, place]) %*% coef(fit)[place])
without <- glm(case ~ age + parity + spontaneous, binomial, infert, control = control)
# car's vif of a linear model goes by the correlations of the columns.
vif <- car::vif(lm(case ~ education + age + parity + spontaneous, infert))
new <- predict(fit, se.fit = TRUE)
infl <- list(leverage = unname(hatvalues(fit)), pearson = unname(residuals(fit, "pearson")), deviance = unname(residuals(fit, "deviance")),
             standardizedPearson = unname(rstandard(fit, type = "pearson")), standardizedDeviance = unname(rstandard(fit)),
             cook = unname(cooks.distance(fit)))
profile <- suppressMessages(MASS:::confint.glm(fit))
infert$history <- ifelse(infert$spontaneous > 0, "some", "none")
crossed <- glm(case ~ education * history + age:parity, binomial, infert, control = control)
slopes <- glm(case ~ age + education:age + I(age^2) + log(parity), binomial, infert, control = control)
cells <- glm(case ~ 0 + education + age, binomial, infert, control = control)
counts <- rep(c(1, 2, 3, 0), length.out = nrow(infert))
weighted <- glm(case ~ education + age, binomial, cbind(infert, counts), weights = counts, control = control)
expanded <- infert[rep(seq_len(nrow(infert)), counts), ]
repeated <- glm(case ~ education + age, binomial, expanded, control = control)
sampling <- suppressWarnings(glm(case ~ education + age, binomial, infert, weights = (1 + age %% 3) / mean(1 + age %% 3), control = control))

esoph2 <- data.frame(agegp = as.character(esoph$agegp), alcgp = gsub("/.*", "", as.character(esoph$alcgp)), ncases = esoph$ncases,
                     trials = esoph$ncases + esoph$ncontrols)
grouped <- glm(cbind(ncases, trials - ncases) ~ agegp + alcgp, binomial, subset(esoph2, trials > 0), control = control)

data(endometrial)
firth <- function(formula, data) {
  m <- glm(formula, binomial, data, method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 10000)
  list(names = names(coef(m)), estimate = unname(coef(m)), standardError = errors(vcov(m)))
}

cat(jsonlite::toJSON(digits = NA, auto_unbox = TRUE, list(
  infert = list(
    csv = csv(transform(infert[, c("education", "age", "parity", "case", "spontaneous", "stratum", "history")], counts = counts, sampling = 1 + age %% 3)),
    fit = about(fit),
    hc0 = errors(vcovHC(fit, type = "HC0")),
    hc1 = errors(vcovHC(fit, type = "HC1")),
    clustered = errors(vcovCL(fit, cluster = ~stratum, type = "HC0")),
    wald = wald, waldP = pchisq(wald, 2, lower.tail = FALSE),
    likelihoodRatio = deviance(without) - deviance(fit), likelihoodRatioP = pchisq(deviance(without) - deviance(fit), 2, lower.tail = FALSE),
    vif = list(feature = rownames(vif), gvif = unname(vif[, 1]), df = unname(vif[, 2])),
    linkErrors = unname(new$se.fit), influence = infl,
    profile = unname(profile),
    crossed = about(crossed), slopes = about(slopes), cells = about(cells),
    weighted = about(weighted), weightedHc1 = errors(vcovHC(repeated, type = "HC1")),
    sampling = about(sampling), samplingHc0 = errors(vcovHC(sampling, type = "HC0"))),
  esoph = list(csv = csv(subset(esoph2, trials > 0)), fit = about(grouped), influence = list(leverage = unname(hatvalues(grouped)),
    deviance = unname(residuals(grouped, "deviance")), cook = unname(cooks.distance(grouped)))),
  endometrial = list(csv = csv(endometrial), firth = firth(HG ~ NV + PI + EH, endometrial)))))
